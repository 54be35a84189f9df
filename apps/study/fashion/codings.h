// What the codings of a variational autoencoder look like, for the report.
//
// Thread safety: one thread fills a page.
#pragma once

#include "apps/study/data/image_sets.h"
#include "apps/study/model/variational_autoencoder.h"
#include "apps/study/run/page.h"

namespace gradus::study {

/// Adds the section "Codings" to `page`: images decoded from random codings and
/// from an interpolation between them (as the notebook shows them), the codings
/// of the test images along their two principal directions, and how much each
/// coding carries. Writes `codings.csv` (test image, label and place in that
/// picture) and `codings_kl.csv` beside it. Random codings depend on the run's
/// seed alone.
void add_codings(Page& page, const Run& run, const FashionSets& sets,
                 VariationalAutoencoder& model);

}  // namespace gradus::study
