// The page of a study of heartbeats, with its charts.
//
// Thread safety: one thread fills a page.
#pragma once

#include "apps/study/ecg/ecg_errors.h"
#include "apps/study/run/page.h"

namespace gradus::study {

void fill_ecg_page(Page& page, const RunResult& result, const EcgSets& sets,
                   const DataSource& source, const EcgErrors& errors, const LineChart& sweep,
                   const Reconstruct& reconstruct);

}  // namespace gradus::study
