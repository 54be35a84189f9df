#include "apps/study/model/model_file.h"
#include "apps/study/model/variational_autoencoder.h"
#include "tensor/file.h"
#include "tests/fuzz/target.h"
#include "tests/support/temp_dir.h"

namespace gradus::test {

const FuzzTarget model(
    "model",
    [] {
      const TempDir folder;
      study::ModelCard card{.study = "some_study",
                            .layers = {.sample = {2}, .encoder = {1}, .decoder = {}},
                            .range = {-1, 3, 0.25},
                            .threshold = 0.125,
                            .threshold_name = "by_eye"};
      Generator random(1);
      study::Autoencoder plain(card.layers, random);
      study::save_model(plain, card, folder / "plain");
      card.codings = 1;
      study::VariationalAutoencoder variational(card.layers, 1, random, Generator(8));
      study::save_model(variational, card, folder / "variational");
      return std::vector<std::string>{read_file(folder / "plain"),
                                      read_file(folder / "variational")};
    },
    [](std::string_view bytes) {
      const MemoryFile file(bytes);
      const study::LoadedModel loaded = study::load_model(file.path(), 1);
      const Shape one = loaded.card.layers.sample.batch_of(1);
      require(loaded.reconstruct(Tensor::zeros(one)).shape() == one,
              "a model reconstructs what has the shape of its samples");
    });

}  // namespace gradus::test
