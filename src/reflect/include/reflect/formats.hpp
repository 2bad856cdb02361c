// The named rules on texts that describe.cpp files refer to. `code` is the problem's code.
#pragma once
#include "reflect/type.hpp"

namespace plumbline::reflect::formats {

extern Format const sha256_hex;  // 64 lower-case hex digits
extern Format const ident;  // draw-publication.md section 1: 1–64 bytes, no controls, quotes, commas, bars
extern Format const code;   // draw-publication.md section 1: [a-z][a-z0-9_]{0,31}
extern Format const person_name;  // 2–50 characters; masked to surname and stars, which may be public
extern Format const phone;        // Chinese mobile or fixed number; masked to 138****1234

}  // namespace plumbline::reflect::formats
