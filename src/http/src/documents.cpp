// Official documents: made from a record, given out as they were issued, verified by anyone with the paper.
#include <algorithm>
#include <sstream>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "content.hpp"
#include "documents/code.hpp"
#include "kernel/act.hpp"
#include "kernel/document.hpp"
#include "kernel/spelling.hpp"
#include "members.hpp"
#include "records.hpp"

namespace plumbline::http {
namespace {

using kernel::Document;
using kernel::refuse;

Json document_json(kernel::Receipt const& done, Document const& document) {
  Json answer = receipt_json(done);
  answer.set("number", document.number);
  answer.set("code", documents::show_code(document.code));
  answer.set("pages", document.pages);
  return answer;
}

// {"form": NAME, "written": {…}, "supersedes": ID}
Result<kernel::DocumentOffice::Wish> wish_of(Context const& context, Wanted const& wanted) {
  auto const body = parse_json(context.request.body);
  if (!body) return body.refusal();
  if (body->as_object() == nullptr) return refuse("wrong_kind", "", "object");
  kernel::DocumentOffice::Wish wish;
  wish.register_name = wanted.reg->name;
  wish.record = wanted.found.id;
  for (auto const& [name, value] : *body->as_object()) {
    auto const* text = value.as_text();
    if (name == "form" && text != nullptr) {
      wish.form = *text;
    } else if (name == "written" && value.as_object() != nullptr) {
      wish.written = value;
    } else if (name == "supersedes" && text != nullptr) {
      wish.supersedes = parse_uuid(*text);
      if (!wish.supersedes) return refuse("invalid_uuid", "/supersedes");
    } else {
      bool const is_known = name == "form" || name == "written" || name == "supersedes";
      return refuse(is_known ? "wrong_kind" : "unknown_field", '/' + name);
    }
  }
  if (wish.form.empty()) return refuse("required", "/form");
  auto key = idempotency_key(context.request);
  if (!key) return key.refusal();
  wish.idempotency_key = *std::move(key);
  return wish;
}

Response acknowledged(Context const& context, Result<kernel::Receipt> const& done) {
  if (!done) return context.refused(done.refusal());
  auto const made = context.system.reads().get(context.viewer(), "document", done->record);
  if (!made) return context.refused(refuse("not_found"));
  auto response = json(done->repeated ? 200 : 201, document_json(*done, made->as<Document>()));
  response.set("location", "/api/v1/document/" + to_string(done->record));
  return response;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char const c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

// No script, nothing from elsewhere; every pair of colours has a contrast above 7 (WCAG 2.2, 1.4.6).
constexpr std::string_view page_style =
    "body{margin:0;background:#fff;color:#1a1a1a;font:1.0625rem/1.6 system-ui,sans-serif}"
    "main{max-width:40rem;margin:0 auto;padding:1.5rem 1rem}h1{font-size:1.375rem}"
    ".state{padding:.75rem 1rem;border:2px solid;border-radius:.25rem;font-size:1.25rem}"
    ".valid{color:#0b4f1f;background:#f0faf2}.ended{color:#7a1212;background:#fdf3f3}"
    "dt{margin-top:.75rem;color:#4a4a4a}dd{margin:0;overflow-wrap:anywhere}";

Response page(int status, std::string const& state_class, std::string const& state, std::string const& rows) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<title>文书查验 · Document verification</title>\n<style>";
  html.append(page_style);
  html +=
      "</style>\n</head>\n<body>\n<main>\n<h1>文书查验 <span lang=\"en\">Document verification</span></h1>\n";
  html += "<p class=\"state " + state_class + "\">" + state + "</p>\n" + rows;
  html += "\n</main>\n</body>\n</html>\n";
  auto response = text(status, "text/html; charset=utf-8", std::move(html));
  response.set("cache-control", "no-cache");
  response.set("vary", "accept");
  response.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-" +
                                              base64_encode(sha256(page_style)) + "'");
  return response;
}

struct Standing {
  std::string name;
  std::string chinese;
  std::string english;
};
Standing standing_of(std::string const& state) {
  if (state == "issued") return {"valid", "有效", "Valid"};
  if (state == "superseded")
    return {"superseded", "已被新的文书替代，本文书失效", "Superseded by a later document"};
  return {"withdrawn", "已撤回，本文书失效", "Withdrawn"};
}

std::string row(std::string_view chinese, std::string_view english, std::string const& value) {
  return "<dt>" + std::string(chinese) + " <span lang=\"en\">" + std::string(english) + "</span></dt><dd>" +
         escaped(value) + "</dd>\n";
}

bool wants_json(Request const& request) {
  auto const accept = request.header("accept").value_or("");
  return accept.find("application/json") != accept.npos && accept.find("text/html") == accept.npos;
}

Json verified_json(Document const& document, Standing const& standing, std::int64_t entry) {
  Json answer;
  answer.set("code", documents::show_code(document.code));
  answer.set("status", standing.name);
  answer.set("title", document.title);
  answer.set("title_en", document.title_en);
  answer.set("authority", document.authority);
  answer.set("number", document.number);
  answer.set("issued_on", to_string(document.issued_on));
  if (document.ended_on) answer.set("ended_on", to_string(*document.ended_on));
  answer.set("pages", document.pages);
  answer.set("sha256", document.pdf_blob);
  answer.set("entry", entry);
  return answer;
}

}  // namespace

std::optional<Refusal> own_address_of(kernel::Register const& reg, std::string_view action) {
  // Whoever names a file must have sent it: knowing its digest is no right to read it.
  if (action == "attach") return refuse("upload_first");
  // What stands on an official paper comes from the record, and its digest from the press.
  if (reg.name == "document" && (action == "draw_up" || action == "issue"))
    return refuse("documents_from_records");
  // The act says what was done to a way in, a code or a password; its own address does it.
  if ((reg.name == "access_measure" && action == "take") || (reg.name == "invitation" && action == "invite"))
    return refuse("act_has_an_address");
  return {};
}

Response issue_document(Context& context) {
  if (auto allowed = context.allowed("document", "draw_up"); !allowed)
    return context.refused(allowed.refusal());
  auto const wanted = wanted_record(context);
  if (!wanted) return context.refused(wanted.refusal());
  auto const wish = wish_of(context, *wanted);
  if (!wish) return context.refused(wish.refusal());
  return acknowledged(context, context.office.issue(context.session->account, *wish));
}

Response finish_document(Context& context) {
  auto const id = parse_uuid(context.variable("id"));
  if (!id) return context.refused(refuse("not_found"));
  return acknowledged(context, context.office.finish(context.session->account, *id));
}

Response list_documents(Context& context) { return list_of_record(context, "document"); }

// The paper shows people whole, whoever looks: every look is written down.
Response show_document(Context& context, Wanted const& wanted) {
  auto const& document = wanted.found.as<Document>();
  // Like any file of a record: for those who read the record.
  if (!context.system.reads().get(wanted.viewer, document.register_name, document.record))
    return context.refused(refuse("not_found"));
  auto content = context.office.content(document);
  if (!content) return context.refused(content.refusal());
  if (auto noted = write_personal_read(context, "document", "content", to_string(wanted.found.id)); !noted)
    return context.refused(noted.refusal());
  Response response;
  response.set("content-type", "application/pdf");
  response.set("cache-control", "private, no-cache");
  response.set("content-security-policy", "sandbox");  // beside the policy of every answer
  response.set("content-disposition", "attachment; filename*=UTF-8''" +
                                          percent_encode(document.title + ' ' + document.number + ".pdf"));
  auto const tag = '"' + document.pdf_blob + '"';
  return send_content(context.request, std::move(response),
                      std::make_shared<std::istringstream>(*std::move(content)), tag);
}

// What may be issued today, and what whoever issues it must write.
Response list_forms(Context& context) {
  auto const today = legal_date(context.system.clock().now());
  auto const of_register = context.request.parameter("register");
  for (auto const& [name, value] : context.request.parameters)
    if (name != "register") return context.refused(refuse("unknown_parameter", '/' + name, name));
  Json::Array items;
  for (auto const& form : context.office.forms().forms()) {
    if (!form.is_in_force(today) || (of_register && *of_register != form.register_name)) continue;
    Json::Array written;
    for (auto const& field : form.fields) {
      if (!field.source.is_null()) continue;
      Json one;
      one.set("name", field.name);
      one.set("label", field.label);
      one.set("required", field.is_required);
      written.push_back(std::move(one));
    }
    Json item;
    item.set("form", form.name);
    item.set("edition", form.edition);
    item.set("title", form.title);
    item.set("title_en", form.title_en);
    item.set("register", form.register_name);
    item.set("legal_basis", form.legal_basis);
    item.set("verified", form.is_verified);
    item.set("effective_from", to_string(form.effective_from));
    item.set("written", std::move(written));
    items.push_back(std::move(item));
  }
  return json(200, items_json(std::move(items)));
}

// For anyone: nothing of the people and firms a document is about, only whether the paper in hand is one of
// ours and still counts. A code of 94 random bits cannot be tried out, and a mistyped one is found without a
// look.
Response verify_document(Context& context) {
  auto const found = context.office.verify(context.variable("code"));
  if (!found && wants_json(context.request)) return context.refused(refuse("not_found"));
  if (!found)
    return page(
        404, "ended", "<strong>查无此核验码</strong><br><span lang=\"en\">No document has this code</span>",
        "<p>请核对纸质文书上的二十位核验码后重试。仍查不到的，请向文书上的发文机关核实，谨防伪造。<br>"
        "<span lang=\"en\">Check the twenty characters on the paper and try again. If there is still "
        "nothing, ask the authority named on it: the paper may be forged.</span></p>\n");
  auto const& document = found->as<Document>();
  auto const standing = standing_of(found->state);
  if (wants_json(context.request)) {
    auto response = json(200, verified_json(document, standing, found->entry));
    response.set("cache-control", "no-cache");
    response.set("vary", "accept");
    return response;
  }
  std::string rows = "<dl>\n" + row("文书名称", "Document", document.title + " " + document.title_en) +
                     row("发文机关", "Issued by", document.authority) +
                     row("文书编号", "Number", document.number) +
                     row("文书日期", "Date", to_string(document.issued_on));
  if (document.ended_on) rows += row("失效日期", "No longer valid since", to_string(*document.ended_on));
  rows += row("页数", "Pages", std::to_string(document.pages)) +
          row("核验码", "Code", documents::show_code(document.code)) +
          row("电子文件摘要", "SHA-256 of the file", document.pdf_blob) +
          "</dl>\n<p>请将本页所列与纸质文书逐项核对；不一致的，以发文机关的答复为准。<br>"
          "<span lang=\"en\">Compare every line with the paper; where they differ, ask the issuing "
          "authority.</span></p>\n";
  return page(
      200, found->state == "issued" ? "valid" : "ended",
      "<strong>" + standing.chinese + "</strong><br><span lang=\"en\">" + standing.english + "</span>", rows);
}

}  // namespace plumbline::http
