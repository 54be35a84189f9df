#include "tests/autograd/table/rows.h"

namespace gradus::test {
namespace {

std::size_t at(Index axis) { return static_cast<std::size_t>(axis); }
Index from_front(Index axis, Index rank) { return axis < 0 ? axis + rank : axis; }

/// The index at `place` along `axis`, and the place with another one there.
Indices moved(Indices place, Index axis, Index to) {
  place[at(axis)] = to;
  return place;
}

// ---------------------------------------------------------------- joins

/// Three shapes that differ in dimension `axis` alone, where one may be 0.
auto joinable(Index axis) {
  return [axis](Random& random, Limit limit) {
    Indices sizes = any_sizes(random, {limit.size, limit.elements / 2}, axis == 1 ? 2 : 1);
    std::vector<Shape> shapes;
    for (int i = 0; i < 3; ++i) {
      Index& own = sizes[at(from_front(axis, std::ssize(sizes)))];
      if (random.below(3) == 0) own = random.below(own + 1);
      shapes.emplace_back(sizes);
    }
    return shapes;
  };
}

void add_joins(std::vector<Operation>& rows, const std::string& name, int axis) {
  const auto joined = [axis](Arrays x) {
    const Index along = from_front(axis, x[0].rank());
    Indices sizes = x[0].sizes;
    for (std::size_t i = 1; i < x.size(); ++i) sizes[at(along)] += x[i].sizes[at(along)];
    return tabulate(sizes, [&](const Indices& place) {
      Index j = place[at(along)];
      std::size_t i = 0;
      while (j >= x[i].sizes[at(along)]) j -= x[i++].sizes[at(along)];
      return x[i].at(moved(place, along, j));
    });
  };
  const auto stacked = [axis](Arrays x) {
    const Index along = from_front(axis, x[0].rank() + 1);
    Indices sizes = x[0].sizes;
    sizes.insert(sizes.begin() + along, std::ssize(x));
    return tabulate(sizes, [&](Indices place) {
      const Array& source = x[at(place[at(along)])];
      place.erase(place.begin() + along);
      return source.at(place);
    });
  };
  rows.push_back({"concatenate_" + name, [axis](Xs x) { return concatenate(x, axis); }, joined,
                  joinable(axis)});
  rows.push_back(
      {"stack_" + name, [axis](Xs x) { return stack(x, axis); }, stacked, equal(3, axis == 1)});
}

// ---------------------------------------------------------------- slices

/// Which part of a dimension of that size a row takes.
struct Part {
  Index begin, end, step;
};
Part inner_part(Index size) { return {size / 3, size - size / 4, 1}; }
Part stepped_part(Index size) { return {size > 1 ? 1 : 0, size, 2}; }
Index count_of(const Part& part) { return (part.end - part.begin + part.step - 1) / part.step; }

void add_slices(std::vector<Operation>& rows, const std::string& name, int axis,
                Part (*part_of)(Index size)) {
  const auto taken = [=](Arrays x) {
    const Index along = from_front(axis, x[0].rank());
    const Part part = part_of(x[0].sizes[at(along)]);
    return tabulate(moved(x[0].sizes, along, count_of(part)), [&](const Indices& i) {
      return x[0].at(moved(i, along, part.begin + part.step * i[at(along)]));
    });
  };
  rows.push_back({"slice_" + name,
                  [=](Xs x) {
                    const Shape& shape = x[0].shape();
                    const Index size = shape[axis < 0 ? axis + shape.rank() : axis];
                    const Part part = part_of(size);
                    // Where there is one, the negative number for the same end.
                    const Index end = part.end == size ? kEnd : part.end - size;
                    return slice(x[0], axis, part.begin, end, part.step);
                  },
                  taken, equal(1, axis == 1 ? 2 : 1)});
}

/// The dimension that takes `size` numbers from 2 on in steps, and one behind.
Index room_for(Index size, Index step) { return 3 + size * step; }

void add_places(std::vector<Operation>& rows, const std::string& name, int axis, Index step) {
  const auto roomy = [=](Indices sizes) {
    Index& size = sizes[at(from_front(axis, std::ssize(sizes)))];
    size = room_for(size, step);
    return sizes;
  };
  const auto placed = [=](Arrays x) {
    const Index along = from_front(axis, x[0].rank());
    return tabulate(roomy(x[0].sizes), [&](const Indices& i) {
      const Index j = i[at(along)] - 2;
      if (j < 0 || j % step != 0 || j / step >= x[0].sizes[at(along)]) return 0.0;
      return x[0].at(moved(i, along, j / step));
    });
  };
  rows.push_back(
      {"place_" + name,
       [=](Xs x) { return place(x[0], Shape(roomy(sizes_of(x[0].shape()))), axis, 2, step); },
       placed, equal(1, axis == 1 ? 2 : 1)});
}

// ---------------------------------------------------------------- gather

/// The index written at `place`: one of 0, ..., size - 1, some of them often.
Index named(const Indices& place, Index size) {
  Index mixed = 7;
  for (const Index i : place) mixed = mixed * 31 + i * i + 3;
  return mixed % size;
}
gradus::Indices index_of(const Indices& sizes, Index size) {
  std::vector<Index> values;
  tabulate(sizes, [&](const Indices& place) {
    values.push_back(named(place, size));
    return 0.0;
  });
  return {Shape(sizes), values};
}
/// Sizes of an index into x: longer along the axis, shorter by one before and behind.
Indices index_sizes(const Indices& sizes, Index axis) {
  Indices result = sizes;
  for (Index i = 0; i < std::ssize(sizes); ++i) {
    Index& size = result[at(i)];
    if (i == axis) {
      size += size > 0 ? 2 : 0;
    } else if (size > 2) {
      --size;
    }
  }
  return result;
}

void add_gathers(std::vector<Operation>& rows, const std::string& name, int axis) {
  const auto index = [axis](const Indices& sizes) {
    const Index along = from_front(axis, std::ssize(sizes));
    return index_of(index_sizes(sizes, along), sizes[at(along)]);
  };
  const auto gathered = [axis](Arrays x) {
    const Index along = from_front(axis, x[0].rank());
    return tabulate(index_sizes(x[0].sizes, along), [&](const Indices& i) {
      return x[0].at(moved(i, along, named(i, x[0].sizes[at(along)])));
    });
  };
  const auto scattered = [axis](Arrays x) {
    const Index along = from_front(axis, x[0].rank());
    Array y = x[0];
    tabulate(x[1].sizes, [&](const Indices& i) {
      return y.at(moved(i, along, named(i, y.sizes[at(along)]))) += x[1].at(i);
    });
    return y;
  };
  const Index least = axis == 1 ? 2 : 1;
  rows.push_back({"gather_" + name,
                  [=](Xs x) { return gather(x[0], axis, index(sizes_of(x[0].shape()))); }, gathered,
                  equal(1, least)});
  rows.push_back(
      {"scatter_add_" + name,
       [=](Xs x) {
         const Index size = x[0].shape()[axis < 0 ? axis + x[0].value().rank() : axis];
         const gradus::Indices own = index_of(sizes_of(x[1].shape()), size);
         return scatter_add(x[0], axis, own, x[1]);
       },
       scattered,
       [=](Random& random, Limit limit) {
         const Indices sizes = any_sizes(random, {limit.size, limit.elements / 2}, least);
         const Index along = from_front(axis, std::ssize(sizes));
         const bool same = random.below(3) == 0;
         return std::vector{Shape(sizes), Shape(same ? sizes : index_sizes(sizes, along))};
       }});
}

}  // namespace

Family indexing_family() {
  Family family{"Joining and indexing", {}, {}};
  // clang-format off
  family.entries = {
      // name, call, formula, gradient, shapes, errors
      {"concatenate", "concatenate(xs, axis)", "y has the xs one behind the other along the axis", "dx_i = that piece of dy", "(..., n_i, ...) to (..., sum of n_i, ...)", "no inputs, rank 0, an axis that is not there, other sizes that differ"},
      {"stack", "stack(xs, axis)", "y_i = x_i along a new dimension", "dx_i = dy_i", "n of one shape to (..., n, ...)", "no inputs, an axis that is not there, unequal shapes"},
      {"slice", "slice(x, axis, begin, end, step)", "y_j = x_(begin + j step) along the axis", "dx_(begin + j step) = dy_j, 0 elsewhere", "(..., n, ...) to (..., (end - begin) / step, ...), rounded up", "an axis that is not there, begin or end outside, begin behind end, step below 1"},
      {"place", "place(x, shape, axis, begin, step)", "y_(begin + j step) = x_j along the axis, 0 elsewhere", "dx_j = dy_(begin + j step)", "any to one that is larger along the axis", "an axis that is not there, no room, other sizes that differ, step below 1"},
      {"gather", "gather(x, axis, index)", "y_ij = x_(index_ij)j, for axis 0 of two", "dx_kj sums dy_ij where index_ij = k", "any to that of the index", "an index out of range, of another rank or larger in other dimensions"},
      {"scatter_add", "scatter_add(x, axis, index, source)", "y_kj = x_kj + sum of source_ij where index_ij = k, for axis 0 of two", "dx = dy, dsource_ij = dy_(index_ij)j", "any and that of the index to the first", "as gather; a source of another shape than the index"},
  };
  // clang-format on
  add_joins(family.rows, "first", 0);
  add_joins(family.rows, "second", 1);
  add_joins(family.rows, "last", -1);
  add_slices(family.rows, "first", 0, inner_part);
  add_slices(family.rows, "last", -1, inner_part);
  add_slices(family.rows, "first_steps", 0, stepped_part);
  add_slices(family.rows, "second_steps", 1, stepped_part);
  add_slices(family.rows, "last_steps", -1, stepped_part);
  add_places(family.rows, "first", 0, 1);
  add_places(family.rows, "last", -1, 1);
  add_places(family.rows, "second_steps", 1, 2);
  add_places(family.rows, "last_steps", -1, 3);
  add_gathers(family.rows, "first", 0);
  add_gathers(family.rows, "second", 1);
  add_gathers(family.rows, "last", -1);
  return family;
}

}  // namespace gradus::test
