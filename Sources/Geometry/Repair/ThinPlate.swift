import LinearMath

/// A surface some of whose points are fixed and the others where the sum of the squared Laplacian, over
/// area, is least.
struct ThinPlate {
  private let fixed: [SIMD3<Double>]
  private(set) var free: [SIMD3<Double>]
  /// Over the fixed points, then the free ones.
  private let triangles: [SIMD3<Int>]
  /// Which points are surrounded by triangles, so that they have a Laplacian.
  private let isInner: [Bool]

  init(
    fixed: some Sequence<SIMD3<Double>>, free: some Sequence<SIMD3<Double>>,
    triangles: [SIMD3<Int>]
  ) {
    (self.fixed, self.free, self.triangles) = (Array(fixed), Array(free), triangles)
    var uses: [SIMD2<Int>: Int] = [:]
    for t in triangles {
      for corner in 0..<3 {
        let (a, b) = (t[corner], t[(corner + 1) % 3])
        uses[SIMD2(min(a, b), max(a, b)), default: 0] += 1
      }
    }
    var isInner = [Bool](repeating: true, count: self.fixed.count + self.free.count)
    for (edge, count) in uses where count != 2 {
      (isInner[edge.x], isInner[edge.y]) = (false, false)
    }
    self.isInner = isInner
  }

  /// Moves the free points to the least for the weights of where they are.
  mutating func relax() {
    let rows = laplacianRows()
    let fixedCount = fixed.count
    /// Laplacians of places, and the sum of the rows times those.
    func product(_ places: [SIMD3<Double>], fixed: [SIMD3<Double>]) -> [SIMD3<Double>] {
      var result = [SIMD3<Double>](repeating: .zero, count: places.count)
      for row in rows {
        var laplacian = SIMD3<Double>.zero
        for (point, weight) in row {
          let place =
            point >= fixedCount ? places[point - fixedCount] : fixed.isEmpty ? .zero : fixed[point]
          laplacian += place * weight
        }
        for (point, weight) in row where point >= fixedCount {
          result[point - fixedCount] += laplacian * weight
        }
      }
      return result
    }
    var diagonal = [Double](repeating: 0, count: free.count)
    for row in rows {
      for (point, weight) in row where point >= fixedCount {
        diagonal[point - fixedCount] += weight * weight
      }
    }
    let gradient = product(free, fixed: fixed).map { -$0 }
    let step = Self.conjugateGradients(gradient, diagonal) { product($0, fixed: []) }
    for index in free.indices { free[index] += step[index] }
  }

  /// For each point that has one its Laplacian over the root of its area: points and weights.
  private func laplacianRows() -> [[(Int, Double)]] {
    let places = fixed + free
    var weights = [[Int: Double]](repeating: [:], count: places.count)
    var areas = [Double](repeating: 0, count: places.count)
    for t in triangles {
      let double = (places[t.y] - places[t.x]).cross(places[t.z] - places[t.x]).length
      if double == 0 { continue }
      for corner in 0..<3 {
        let (a, b, c) = (t[corner], t[(corner + 1) % 3], t[(corner + 2) % 3])
        let cotangent = (places[b] - places[a]).dot(places[c] - places[a]) / double
        weights[b][c, default: 0] += cotangent / 2
        weights[c][b, default: 0] += cotangent / 2
        areas[a] += double / 6
      }
    }
    return places.indices.compactMap { point in
      guard isInner[point], areas[point] > 0 else { return nil }
      let scale = 1 / areas[point].squareRoot()
      // Sorted, as sums in any other order would differ from run to run; clamped, as a negative weight
      // would pull the wrong way.
      var row = weights[point].sorted { $0.key < $1.key }.map {
        ($0.key, max($0.value, 0.01) * scale)
      }
      row.append((point, -row.reduce(0) { $0 + $1.1 }))
      return row
    }
  }

  /// Solves a positive definite system by conjugate gradients, preconditioned with its diagonal.
  private static func conjugateGradients(
    _ right: [SIMD3<Double>], _ diagonal: [Double],
    _ product: ([SIMD3<Double>]) -> [SIMD3<Double>]
  ) -> [SIMD3<Double>] {
    func dot(_ a: [SIMD3<Double>], _ b: [SIMD3<Double>]) -> Double {
      var sum = 0.0
      for index in a.indices { sum += a[index].dot(b[index]) }
      return sum
    }
    func preconditioned(_ residual: [SIMD3<Double>]) -> [SIMD3<Double>] {
      residual.indices.map { diagonal[$0] > 0 ? residual[$0] / diagonal[$0] : .zero }
    }
    var solution = [SIMD3<Double>](repeating: .zero, count: right.count)
    var residual = right
    var scaled = preconditioned(residual)
    var direction = scaled
    var square = dot(residual, scaled)
    let enough = square * 1e-12
    for _ in 0..<max(200, 4 * right.count) where square > enough && square > 0 {
      let image = product(direction)
      let length = square / dot(direction, image)
      guard length.isFinite else { break }
      for index in right.indices {
        solution[index] += direction[index] * length
        residual[index] -= image[index] * length
      }
      scaled = preconditioned(residual)
      let next = dot(residual, scaled)
      let ratio = next / square
      for index in right.indices { direction[index] = scaled[index] + direction[index] * ratio }
      square = next
    }
    return solution
  }
}
