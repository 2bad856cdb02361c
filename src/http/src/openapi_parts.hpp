// Pieces that descriptions of operations are made of.
#pragma once
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reflect/json.hpp"

namespace plumbline::http {

Json reference(std::string_view name);
Json of_type(std::string_view type);
Json list_of(Json items);
Json object_of(Json::Object members, std::vector<std::string> const& required);
Json content_of(std::string_view media_type, Json schema);
Json answer(std::string_view what, Json schema);
Json problem_answers(std::initializer_list<int> statuses);
Json parameter(std::string_view name, std::string_view place, bool required, Json schema);
Json uuid_schema();
Json with(Json answers, std::string_view status, Json answer);
Json empty_answer(std::string_view what);
Json forgery_guard();
Json page_of(Json::Object item, std::vector<std::string> const& required);
Json sessions_page();
Json tokens_page();

// Path, method, operationId, parameters, body, answers by status.
using AddOperation = std::function<void(std::string const&, std::string_view, std::string const&, Json,
                                        std::optional<Json>, Json)>;
// openapi_identity.cpp: the security administrator's hand and other ways to an account.
void add_identity_paths(AddOperation const& operation);
// openapi_notices.cpp: what people and programs are told.
void add_notice_paths(AddOperation const& operation);

}  // namespace plumbline::http
