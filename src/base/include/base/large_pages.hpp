// Memory for tables of many megabytes that are filled once and looked up at random: asked of the system in
// pages of 2 MiB where it has them. Touching fresh memory page by page of 4 KiB costs more than filling it,
// in a virtual machine several times more.
#pragma once
#include <cstddef>
#include <new>

namespace plumbline {

inline constexpr std::size_t large_page_bytes = std::size_t{2} << 20;

// Whole large pages; throws std::bad_alloc. `bytes` of free_large_pages as they were allocated.
void* allocate_large_pages(std::size_t bytes);
void free_large_pages(void* memory, std::size_t bytes) noexcept;

// For std::vector. Below one large page: plain new.
template <class T>
struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <class Other>
  LargePages(LargePages<Other> const&) {}

  static bool is_large(std::size_t count) { return count >= large_page_bytes / sizeof(T); }
  T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(is_large(count) ? allocate_large_pages(count * sizeof(T))
                                           : ::operator new(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if (is_large(count))
      free_large_pages(memory, count * sizeof(T));
    else
      ::operator delete(memory);
  }
  friend bool operator==(LargePages const&, LargePages const&) { return true; }
};

}  // namespace plumbline
