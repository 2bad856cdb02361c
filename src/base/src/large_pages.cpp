#include "base/large_pages.hpp"

#include <sys/mman.h>

namespace plumbline {
namespace {

std::size_t whole_pages(std::size_t bytes) {
  return (bytes + large_page_bytes - 1) / large_page_bytes * large_page_bytes;
}

}  // namespace

void* allocate_large_pages(std::size_t bytes) {
  void* const memory = ::operator new(whole_pages(bytes), std::align_val_t{large_page_bytes});
  ::madvise(memory, whole_pages(bytes), MADV_HUGEPAGE);  // a wish; without it everything works, slower
  return memory;
}

void free_large_pages(void* memory, std::size_t bytes) noexcept {
  ::operator delete(memory, whole_pages(bytes), std::align_val_t{large_page_bytes});
}

}  // namespace plumbline
