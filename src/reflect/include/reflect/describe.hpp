// Fills descriptor tables from Boost.Describe. Include this only in describe.cpp files.
//
//     BOOST_DESCRIBE_STRUCT(Firm, (), (id, name, uscc))
//     template <> Type const& plumbline::reflect::type_of<archive::Firm>() {
//       static Type const type = describe<archive::Firm>("firm",
//           note(&Firm::name, Flag::required | Flag::searched, most(200)),
//           note(&Firm::uscc, Flag::unique, format(formats::uscc)));
//       return type;
//     }
//
// (implementation follows with the reflect library)
#pragma once
