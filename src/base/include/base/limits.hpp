// Every limit of the house. Whatever can grow (a queue, a page, a body, a list, a depth, a retry) has
// its bound here and nowhere else. Bytes, rows, milliseconds as the names end; text lengths without a
// unit are code points.
#pragma once
#include <cstddef>
#include <cstdint>

namespace plumbline::limits {

// JSON and canonical JSON (draw-publication.md section 1).
inline constexpr std::size_t json_depth = 32;
inline constexpr std::size_t canonical_depth = 16;
inline constexpr std::size_t canonical_name = 64;
inline constexpr std::size_t problems_reported = 100;  // of one document
inline constexpr std::size_t record_members = 256;     // of one described struct
inline constexpr std::int64_t canonical_integer = (std::int64_t{1} << 53) - 1;

// The log (ledger.md; C2SP tlog-tiles gives an entry a length of 16 bits).
inline constexpr std::size_t ledger_leaf_bytes = 60'000;
inline constexpr std::size_t ledger_entry_bytes = 65'535;
inline constexpr std::size_t ledger_tile_width = 256;
inline constexpr std::size_t ledger_note_bytes = 1'000'000;
inline constexpr std::size_t ledger_note_signatures = 100;
inline constexpr std::size_t verify_bundles_ahead = 4;  // read and hashed, waiting for the scan of entries

// Identifiers in published files (draw-publication.md section 1).
inline constexpr std::size_t ident_bytes = 64;
inline constexpr std::size_t code_bytes = 32;

// One draw (draw.md).
inline constexpr std::size_t strata = 10'000;

// Texts.
inline constexpr std::size_t short_text = 100;  // a title, a model, a place
inline constexpr std::size_t name_text = 200;   // a firm's or a product's name
inline constexpr std::size_t address_text = 300;
inline constexpr std::size_t long_text = 2'000;   // a reason, a finding
inline constexpr std::size_t note_text = 20'000;  // minutes, a site record
inline constexpr std::size_t text_bytes_per_code_point = 4;
inline constexpr std::size_t identifier_bytes = 64;

// Records.
inline constexpr std::size_t record_bytes = 512 * 1024;
inline constexpr std::size_t list_items = 1'000;
inline constexpr std::size_t scopes_per_record = 64;
inline constexpr std::size_t parties_per_record = 64;
inline constexpr std::size_t attachments_per_record = 200;
inline constexpr std::size_t regions = 200'000;

// Reading lists.
inline constexpr std::size_t page_size_min = 1;
inline constexpr std::size_t page_size_default = 50;
inline constexpr std::size_t page_size_max = 200;
inline constexpr std::size_t total_counted = 10'000;  // totals of filtered lists are counted up to here
inline constexpr std::size_t filters_per_query = 16;
inline constexpr std::size_t values_per_filter = 200;
inline constexpr std::size_t search_text = 100;
inline constexpr std::size_t cursor_bytes = 2'048;
inline constexpr std::size_t search_words = 4;         // of one search, each two characters or more
inline constexpr std::size_t search_suggestions = 20;  // while somebody types
inline constexpr std::size_t saved_views_per_account = 100;
inline constexpr std::size_t saved_view_bytes = 8'192;
inline constexpr std::size_t bulk_records = 500;
inline constexpr std::size_t exports_at_once = 4;

// The desk.
inline constexpr std::size_t desk_queue = 1'024;
inline constexpr std::size_t desk_batch = 256;
inline constexpr std::size_t touched_records_per_command = 1'000;
inline constexpr std::size_t idempotency_key_bytes = 128;
inline constexpr std::size_t directory_versions_followed = 10'000;  // by another process; more: all is read
inline constexpr int idempotency_kept_days = 180;
inline constexpr std::int64_t idempotency_rows_per_bite = 1'000;  // forgotten between two batches
inline constexpr int idempotency_bites = 100;                     // of one run of the clocks
inline constexpr int transaction_retries = 5;
inline constexpr int lock_wait_ms = 10'000;

// The import lane.
inline constexpr std::size_t import_file_bytes = std::size_t{512} * 1024 * 1024;
inline constexpr std::size_t import_unpacked_bytes = std::size_t{4} * 1024 * 1024 * 1024;  // XLSX is a ZIP
inline constexpr std::size_t import_rows = 2'000'000;
inline constexpr std::size_t import_columns = 512;
inline constexpr std::size_t import_row_bytes = 1024 * 1024;
inline constexpr std::size_t import_cell_bytes = 128 * 1024;
inline constexpr std::size_t import_chunk_rows = desk_batch;
inline constexpr std::size_t import_problems_reported = 1'000;
inline constexpr std::size_t jobs_waiting = 64;
inline constexpr std::size_t jobs_at_once = 2;
inline constexpr std::size_t jobs_per_account = 16;  // waiting or running
inline constexpr int job_kept_days = 30;

// Attachments and other blobs.
inline constexpr std::size_t attachment_bytes = std::size_t{256} * 1024 * 1024;
inline constexpr std::size_t blob_buffer_bytes = 64 * 1024;
inline constexpr std::size_t blob_releases_per_page = 500;

// Statements. SQLite takes 32,766 values, PostgreSQL's protocol 65,535.
inline constexpr std::size_t statement_values = 32'000;
inline constexpr std::size_t prepared_statements = 1'000;  // of one connection
inline constexpr int slow_statement_ms = 200;

// A city on its way to another database.
inline constexpr std::size_t move_rows = 500;               // in one statement
inline constexpr std::size_t move_bytes = 4 * 1024 * 1024;  // of rows that wait for a full statement
inline constexpr int move_statement_ms = 24 * 3'600 * 1'000;
inline constexpr std::int64_t move_rows_per_word = 100'000;  // of progress

// HTTP.
inline constexpr std::size_t http_header_bytes = 8 * 1024;
inline constexpr std::size_t http_headers = 64;
inline constexpr std::size_t http_target_bytes = 8 * 1024;
inline constexpr std::size_t http_body_bytes = 2 * 1024 * 1024;
inline constexpr std::size_t http_bodies_bytes = 64 * 1024 * 1024;  // of all requests together, in memory
inline constexpr std::size_t http_compress_bytes_min = 1'024;       // shorter answers are sent as they are
inline constexpr std::size_t http_connections = 4'096;
inline constexpr std::size_t http_connections_per_address = 256;
inline constexpr std::size_t http_waiting_requests = 1'024;
inline constexpr std::size_t http_threads_per_worker = 8;  // most of them wait for a commit
inline constexpr std::size_t http_event_streams = 512;
inline constexpr std::size_t http_events_waiting = 256;  // of one stream; a slower reader starts afresh
inline constexpr int http_event_heartbeat_seconds = 20;
inline constexpr int http_read_timeout_seconds = 30;
inline constexpr int http_write_timeout_seconds = 60;
inline constexpr std::size_t http_goodbye_bytes = 8 * 1024 * 1024;       // read and forgotten after a refusal
inline constexpr std::int64_t http_stream_bytes_per_second = 16 * 1024;  // the slowest reader, after that
inline constexpr int http_idle_timeout_seconds = 75;

// Accounts.
inline constexpr std::size_t login_text = 64;
inline constexpr std::size_t password_bytes_min = 10;
inline constexpr std::size_t password_bytes_max = 256;
inline constexpr std::size_t password_hashes_at_once = 2;  // 64 MiB each
inline constexpr int login_failures_before_delay = 5;
inline constexpr int session_idle_minutes = 60;
inline constexpr int login_delay_seconds_max = 900;
inline constexpr int device_days = 180;  // a browser is known after a sign-in
inline constexpr int session_hours = 12;
inline constexpr std::size_t sessions_per_account = 20;
inline constexpr int totp_step_seconds = 30;
inline constexpr int totp_steps_off = 1;  // earlier or later than ours
inline constexpr std::size_t recovery_codes = 10;
inline constexpr std::size_t tokens_per_account = 50;
inline constexpr int token_days_max = 366;
inline constexpr int invitation_days = 14;
inline constexpr std::size_t invitations_open = 10'000;
inline constexpr int break_glass_minutes_max = 240;
inline constexpr std::size_t sign_ins_under_way = 10'000;  // at an OpenID provider
inline constexpr int sign_in_minutes = 10;

// Failed sign-ins from one address: a crowd behind one router may err, a guesser may not go on.
inline constexpr int address_failures = 20;         // at once
inline constexpr int address_failure_seconds = 20;  // until one more
inline constexpr std::size_t addresses_watched = 50'000;

inline constexpr std::size_t token_actions = 200;
inline constexpr int one_time_password_hours = 24;

// Codes of invitations, guessed from one address.
inline constexpr int code_failures = 10;
inline constexpr int code_failure_seconds = 300;

// Citizens who sign themselves up.
inline constexpr int sign_ups_per_address = 5;
inline constexpr int sign_up_seconds = 3'600;  // until one more from the same address
inline constexpr int sign_ups_per_day_max = 100'000;

// OpenID providers.
inline constexpr std::size_t oidc_providers = 16;
inline constexpr std::size_t oidc_answer_bytes = 256 * 1024;  // of a discovery document, of keys, of tokens
inline constexpr std::size_t oidc_token_bytes = 32 * 1024;
inline constexpr std::size_t oidc_keys = 64;
inline constexpr int oidc_timeout_seconds = 5;
inline constexpr int oidc_skew_seconds = 60;
inline constexpr int oidc_token_minutes = 10;     // an ID token older than this is not of this sign-in
inline constexpr int oidc_document_minutes = 60;  // until discovery and keys are read again
inline constexpr int oidc_key_seconds_min = 3;    // between two looks for a key that is not known
inline constexpr int oidc_starts = 30;            // sign-ins begun from one address at once
inline constexpr int oidc_start_seconds = 10;     // until one more
inline constexpr int oidc_asked_at_once = 2;
inline constexpr std::size_t identities_per_account = 10;
inline constexpr std::size_t return_path_bytes = 512;

// Webhooks and notifications.
inline constexpr int delivery_attempts = 12;
inline constexpr std::size_t subscriptions = 1'000;
inline constexpr std::size_t delivery_bytes = 64 * 1024;         // of one webhook's body
inline constexpr std::size_t delivery_answer_bytes = 16 * 1024;  // read of an answer
inline constexpr int delivery_timeout_seconds = 10;
inline constexpr int delivery_wait_seconds_min = 30;  // before the second attempt; doubles
inline constexpr int delivery_wait_seconds_max = 6 * 3600;
inline constexpr std::size_t deliveries_at_once = 8;
inline constexpr int delivery_kept_days = 90;
inline constexpr std::size_t digest_lines = 200;
inline constexpr std::size_t webhooks_per_account = 20;
inline constexpr std::size_t webhook_url_bytes = 2'048;
inline constexpr std::size_t webhook_registers = 100;  // named by one webhook
inline constexpr std::size_t webhook_targets = 1'000;  // allowed by administrators
inline constexpr std::size_t webhook_waiting = 1'000;  // deliveries of one; then it reads no further
inline constexpr std::size_t webhook_tests_waiting = 5;
inline constexpr std::size_t webhook_entries = 500;          // of the log, read at once
inline constexpr int webhook_old_secret_hours = 24;          // signs beside a new one
inline constexpr int delivery_wait_factor = 4;               // from one attempt to the next
inline constexpr std::size_t deliveries_per_round = 4;       // to one place, of limits::deliveries_at_once
inline constexpr std::size_t deliveries_looked_at = 20'000;  // for those
inline constexpr int delivery_slow_milliseconds = 2'000;     // from then on others do not wait for it
inline constexpr int delivery_rounds = 64;                   // of one turn
inline constexpr std::size_t mail_address_bytes = 254;       // RFC 5321
inline constexpr std::size_t telephone_digits = 15;          // E.164
inline constexpr std::size_t notices_marked = 200;           // in one request
inline constexpr std::size_t reminder_clocks = 50;           // of one page of the watch
inline constexpr int reminder_pages = 64;                    // of one turn
inline constexpr std::size_t reminded_per_clock = 50;
inline constexpr std::size_t digests_per_page = 100;
inline constexpr int notice_kept_days = 180;
inline constexpr std::int64_t notice_rows_per_bite = 1'000;  // forgotten at once

// Operations.
inline constexpr std::size_t log_file_bytes = 64 * 1024 * 1024;
inline constexpr std::size_t log_files = 10;
inline constexpr int clock_skew_seconds_max = 5;
inline constexpr std::size_t disk_free_bytes_min = std::size_t{64} * 1024 * 1024;  // below: no acts
inline constexpr int lease_seconds = 15;

// Documents.
inline constexpr std::size_t document_pages = 200;
inline constexpr std::size_t document_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t documents_at_once = 2;
inline constexpr std::size_t verification_code_bytes = 32;

// Deadlines.
inline constexpr int deadline_count = 10'000;  // days, months or years in one rule
inline constexpr std::size_t pauses_per_clock = 200;

static_assert(canonical_depth <= json_depth, "what we write, we must be able to read");
static_assert(ledger_leaf_bytes <= ledger_entry_bytes, "a leaf must fit an entry of a tile");
static_assert(ledger_tile_width == 256, "C2SP tlog-tiles");
static_assert(page_size_min <= page_size_default && page_size_default <= page_size_max);
static_assert(page_size_max <= total_counted);
static_assert(values_per_filter * filters_per_query <= statement_values);
static_assert(desk_batch <= desk_queue, "a full batch must fit the queue");
static_assert(import_chunk_rows <= desk_batch, "a chunk is one commit");
static_assert(desk_batch * 64 <= statement_values, "64 values per act in one prefetch");
static_assert(record_bytes <= http_body_bytes, "every record can be sent");
static_assert(http_body_bytes <= import_file_bytes && http_body_bytes <= attachment_bytes);
static_assert(import_cell_bytes <= import_row_bytes && import_row_bytes <= import_file_bytes);
static_assert(import_file_bytes <= import_unpacked_bytes);
static_assert(note_text * text_bytes_per_code_point <= import_cell_bytes, "every text can be imported");
static_assert(note_text * text_bytes_per_code_point <= record_bytes, "every text fits a record");
static_assert(short_text <= name_text && name_text <= address_text && address_text <= long_text &&
              long_text <= note_text);
static_assert(identifier_bytes <= ident_bytes, "an identifier can be published in a frame");
static_assert(http_connections_per_address <= http_connections);
static_assert(http_waiting_requests <= http_connections && http_event_streams <= http_connections);
static_assert(password_bytes_min < password_bytes_max);

}  // namespace plumbline::limits
