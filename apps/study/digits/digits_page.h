// The page of a study of digits, with its charts and pictures.
//
// Thread safety: one thread fills a page.
#pragma once

#include "apps/study/digits/digits_errors.h"
#include "apps/study/run/page.h"

namespace gradus::study {

void fill_digit_page(Page& page, const RunResult& result, const DigitSets& sets,
                     const DataSource& source, const DigitErrors& errors,
                     const Reconstruct& reconstruct);

}  // namespace gradus::study
