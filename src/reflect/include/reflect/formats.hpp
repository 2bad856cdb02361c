// The named rules on texts that describe.cpp files refer to. `code` is the problem's code and the x-format
// of JSON Schema. Rules and sources of the identifiers: base/identifiers.hpp.
#pragma once
#include "reflect/type.hpp"

namespace plumbline::reflect::formats {

extern Format const uscc;                     // unified social credit code, GB 32100
extern Format const org_code;                 // organisation code, GB 11714
extern Format const vin;                      // GB 16735
extern Format const gtin;                     // GTIN-8, -12, -13, -14
extern Format const region_code;              // 2, 4, 6, 9 or 12 digits
extern Format const gb2260_code;              // 6 digits
extern Format const industry_code;            // GB/T 4754 with its section letter
extern Format const id_number;                // GB 11643
extern Format const phone;                    // masked to 138****1234
extern Format const cma_number;               // laboratory approval
extern Format const production_licence;       // XK16-001-00001
extern Format const enforcement_certificate;  // of an officer

extern Format const person_name;  // 2–50 characters; masked to surname and stars, which may be public
extern Format const sha256_hex;   // 64 lower-case hex digits
extern Format const ident;  // draw-publication.md section 1: 1–64 bytes, no controls, quotes, commas, bars
extern Format const code;   // draw-publication.md section 1: [a-z][a-z0-9_]{0,31}

}  // namespace plumbline::reflect::formats
