import Foundation
public import LinearMath
public import Work

/// What may be done to a mesh before it is compared.
public enum AlignmentRule: String, Sendable, CaseIterable {
  case none
  /// Move and scale, by centroid and size of the surfaces.
  case scale
  /// Move and turn.
  case rigid
  /// Move, turn and scale.
  case similarity
}

extension Mesh {
  /// The transform that brings this surface nearest to a reference.
  ///
  /// Rigid and similarity alignments begin at the given pose and at the turns that match the principal
  /// axes, and refine each by iterated closest points (Besl and McKay, "A method for registration of 3-D
  /// shapes", 1992; the turn by Horn, "Closed-form solution of absolute orientation using unit
  /// quaternions", 1987). The best of them is given.
  public func aligned(
    to reference: Mesh, _ rule: AlignmentRule, seed: UInt64 = 0, _ work: WorkContext
  ) throws -> Matrix4 {
    if rule == .none { return .identity }
    let count = 4000
    let source = cloud(count, seed)
    let target = reference.cloud(count, seed)
    guard !source.isEmpty, !target.isEmpty else { return .identity }
    let (from, to) = (Moments(source), Moments(target))
    let scales = rule == .scale || rule == .similarity
    let scale = scales ? to.radius / max(from.radius, 1e-30) : 1
    if rule == .scale {
      return Similarity(rotation: .identity, scale: scale, from: from.center, to: to.center).matrix
    }
    let tree = BVH(reference)
    let turns = [Matrix3.identity] + Moments.turns(from.axes, to.axes)
    var best: (error: Double, pose: Similarity)?
    for turn in turns {
      try work.checkCancelled()
      var pose = Similarity(rotation: turn, scale: scale, from: from.center, to: to.center)
      var error = Double.infinity
      for _ in 0..<40 {
        let (next, nextError) = pose.refined(source, tree, scales: scales)
        if nextError >= error * 0.9999 { break }
        (pose, error) = (next, nextError)
      }
      if best == nil || error < best!.error { best = (error, pose) }
    }
    return best!.pose.matrix
  }

  private func cloud(_ count: Int, _ seed: UInt64) -> [SIMD3<Double>] {
    sampledSurface(count: count, seed: seed).map {
      SIMD3<Double>(interpolated(positions, at: $0))
    }
  }
}

/// p -> rotation * (p - from) * scale + to
private struct Similarity {
  var rotation: Matrix3
  var scale: Double
  var from: SIMD3<Double>
  var to: SIMD3<Double>

  func apply(_ point: SIMD3<Double>) -> SIMD3<Double> { rotation * (point - from) * scale + to }

  var matrix: Matrix4 {
    let (x, y, z) = (
      rotation.columns.0 * scale, rotation.columns.1 * scale, rotation.columns.2 * scale
    )
    let linear = Matrix3(columns: x, y, z)
    return Matrix4(linear: linear, translation: to - linear * from)
  }

  /// One step of iterated closest points; and the mean squared distance before it.
  func refined(
    _ source: [SIMD3<Double>], _ tree: BVH, scales: Bool
  ) -> (Similarity, Double) {
    var pairs: [(SIMD3<Double>, SIMD3<Double>)] = []
    var error = 0.0
    for point in source {
      guard let closest = tree.closestPoint(to: SIMD3<Float>(apply(point))) else { continue }
      pairs.append((point, SIMD3<Double>(closest.point)))
      error += Double(closest.squaredDistance)
    }
    if pairs.isEmpty { return (self, .infinity) }
    let count = Double(pairs.count)
    let a = pairs.reduce(SIMD3<Double>.zero) { $0 + $1.0 } / count
    let b = pairs.reduce(SIMD3<Double>.zero) { $0 + $1.1 } / count
    // The covariance, by rows of the source's axes.
    var (x, y, z) = (SIMD3<Double>.zero, SIMD3<Double>.zero, SIMD3<Double>.zero)
    var (sizeA, sizeB) = (0.0, 0.0)
    for (p, q) in pairs {
      let (u, v) = (p - a, q - b)
      x += v * u.x
      y += v * u.y
      z += v * u.z
      sizeA += u.lengthSquared
      sizeB += v.lengthSquared
    }
    let turn = hornRotation(x, y, z)
    let ratio = scales && sizeA > 0 ? (sizeB / sizeA).squareRoot() : scale
    return (Similarity(rotation: turn, scale: ratio, from: a, to: b), error / count)
  }
}

/// Centre, size and principal axes of points.
private struct Moments {
  let center: SIMD3<Double>
  /// Root mean square distance from the centre.
  let radius: Double
  /// Unit vectors, largest spread first; right-handed.
  let axes: Matrix3

  init(_ points: [SIMD3<Double>]) {
    let count = Double(max(1, points.count))
    center = points.reduce(SIMD3<Double>.zero, +) / count
    var matrix = [Double](repeating: 0, count: 9)
    for point in points {
      let offset = point - center
      for i in 0..<3 { for j in 0..<3 { matrix[3 * i + j] += offset[i] * offset[j] / count } }
    }
    radius = (matrix[0] + matrix[4] + matrix[8]).squareRoot()
    let (values, vectors) = symmetricEigen(matrix, size: 3)
    let order = (0..<3).sorted { values[$0] > values[$1] }
    func axis(_ index: Int) -> SIMD3<Double> {
      SIMD3(vectors[order[index]], vectors[3 + order[index]], vectors[6 + order[index]])
    }
    axes = Matrix3(columns: axis(0), axis(1), axis(0).cross(axis(1)))
  }

  /// The four turns that carry axes to axes, up to their signs.
  static func turns(_ from: Matrix3, _ to: Matrix3) -> [Matrix3] {
    [SIMD2(1.0, 1), SIMD2(1, -1), SIMD2(-1, 1), SIMD2(-1, -1)].map { sign in
      let flipped = Matrix3(
        columns: to.columns.0 * sign.x, to.columns.1 * sign.y, to.columns.2 * (sign.x * sign.y))
      return flipped * from.transposed
    }
  }
}

/// The rotation that maximises the agreement of pairs whose covariance has these rows.
private func hornRotation(
  _ x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>
) -> Matrix3 {
  let trace = x.x + y.y + z.z
  let matrix: [Double] = [
    trace, y.z - z.y, z.x - x.z, x.y - y.x,
    y.z - z.y, x.x - y.y - z.z, x.y + y.x, z.x + x.z,
    z.x - x.z, x.y + y.x, y.y - x.x - z.z, y.z + z.y,
    x.y - y.x, z.x + x.z, y.z + z.y, z.z - x.x - y.y,
  ]
  let (values, vectors) = symmetricEigen(matrix, size: 4)
  let best = (0..<4).max { values[$0] < values[$1] }!
  let (w, i) = (vectors[best], vectors[4 + best])
  let (j, k) = (vectors[8 + best], vectors[12 + best])
  return Quaternion(x: i, y: j, z: k, w: w).matrix
}

/// Eigenvalues of a symmetric matrix, and its eigenvectors as columns, by Jacobi rotations.
func symmetricEigen(_ matrix: [Double], size: Int) -> (values: [Double], vectors: [Double]) {
  var a = matrix
  var v = (0..<size * size).map { $0 % (size + 1) == 0 ? 1.0 : 0 }
  for _ in 0..<50 {
    var off = 0.0
    for i in 0..<size { for j in 0..<i { off += a[size * i + j] * a[size * i + j] } }
    if off == 0 { break }
    for p in 0..<size {
      for q in p + 1..<size where a[size * p + q] != 0 {
        let theta = (a[size * q + q] - a[size * p + p]) / (2 * a[size * p + q])
        let root = (theta * theta + 1).squareRoot()
        let t = (theta >= 0 ? 1 : -1) / (abs(theta) + root)
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<size {
          let (x, y) = (a[size * k + p], a[size * k + q])
          (a[size * k + p], a[size * k + q]) = (c * x - s * y, s * x + c * y)
        }
        for k in 0..<size {
          let (x, y) = (a[size * p + k], a[size * q + k])
          (a[size * p + k], a[size * q + k]) = (c * x - s * y, s * x + c * y)
          let (u, w) = (v[size * k + p], v[size * k + q])
          (v[size * k + p], v[size * k + q]) = (c * u - s * w, s * u + c * w)
        }
      }
    }
  }
  return ((0..<size).map { a[(size + 1) * $0] }, v)
}
