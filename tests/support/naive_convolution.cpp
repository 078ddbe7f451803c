#include "tests/support/naive_convolution.hpp"

namespace glisson::tests {
namespace {

using engine::FilterBoundary;

// The voxel for an index by repeating the rule of the border until it lies inside; -1 for zero.
int inside(int index, int size, FilterBoundary boundary) {
  while (index < 0 || index >= size) {
    if (boundary == FilterBoundary::zero) return -1;
    if (boundary == FilterBoundary::nearest) return index < 0 ? 0 : size - 1;
    if (boundary == FilterBoundary::periodic) index += index < 0 ? size : -size;
    if (boundary == FilterBoundary::mirror) index = index < 0 ? -1 - index : 2 * size - 1 - index;
  }
  return index;
}

using Matrix = std::array<std::array<int, 3>, 3>;

int determinant(const Matrix& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

// Every matrix of three signed unit vectors as rows that turns without mirroring.
std::vector<Matrix> rotations() {
  std::vector<Matrix> found;
  for (std::size_t code = 0; code < 216; ++code) {
    Matrix matrix{};
    std::size_t rest = code;
    for (auto& row : matrix) {
      row[rest % 6 / 2] = rest % 2 == 0 ? 1 : -1;
      rest /= 6;
    }
    if (determinant(matrix) == 1) found.push_back(matrix);
  }
  return found;
}

}  // namespace

DenseKernel outer_product(const std::vector<double>& x, const std::vector<double>& y,
                          const std::vector<double>& z) {
  const std::vector<double> depth = z.empty() ? std::vector<double>{1} : z;
  const auto middle = [](const std::vector<double>& weights) { return static_cast<int>(weights.size() / 2); };
  DenseKernel kernel;
  for (std::size_t k = 0; k < depth.size(); ++k) {
    for (std::size_t j = 0; j < y.size(); ++j) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        kernel[{static_cast<int>(i) - middle(x), static_cast<int>(j) - middle(y),
                static_cast<int>(k) - middle(depth)}] = x[i] * y[j] * depth[k];
      }
    }
  }
  return kernel;
}

std::vector<std::complex<double>> naive_convolution(const engine::Volume& volume, const DenseKernel& kernel,
                                                    FilterBoundary boundary) {
  const auto& [nx, ny, nz] = volume.grid.size;
  std::vector<std::complex<double>> result(volume.values.size());
  for (int z = 0; z < nz; ++z) {
    for (int y = 0; y < ny; ++y) {
      for (int x = 0; x < nx; ++x) {
        std::complex<double> sum = 0;
        for (const auto& [offset, weight] : kernel) {
          const int from_x = inside(x - offset[0], nx, boundary);
          const int from_y = inside(y - offset[1], ny, boundary);
          const int from_z = inside(z - offset[2], nz, boundary);
          if (from_x < 0 || from_y < 0 || from_z < 0) continue;
          sum += weight * static_cast<double>(volume.values[volume.grid.offset(from_x, from_y, from_z)]);
        }
        result[volume.grid.offset(x, y, z)] = sum;
      }
    }
  }
  return result;
}

std::vector<DenseKernel> right_angle_rotations(const DenseKernel& kernel, engine::FilterSpace space) {
  std::vector<DenseKernel> turned;
  for (const Matrix& matrix : rotations()) {
    if (space == engine::FilterSpace::slice && matrix[2][2] != 1) continue;
    DenseKernel& result = turned.emplace_back();
    for (const auto& [offset, weight] : kernel) {
      std::array<int, 3> place{};
      for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 3; ++column) place[row] += matrix[row][column] * offset[column];
      }
      result[place] = weight;
    }
  }
  return turned;
}

}  // namespace glisson::tests
