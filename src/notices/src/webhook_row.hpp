// A row of the table webhook.
#pragma once
#include "notices/webhooks.hpp"

namespace plumbline::notices {

// In the order webhook_of() reads them.
inline constexpr std::string_view webhook_columns =
    "id, account, url, registers, state, position, made_at, secret, old_secret, old_until";
Webhook webhook_of(store::Row const& row);

}  // namespace plumbline::notices
