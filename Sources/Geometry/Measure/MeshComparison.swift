import LinearMath
public import Work

/// How alike two surfaces are, in the measures that papers on reconstruction print. Distances are in the
/// unit of the meshes; `diagonal` is that of the reference's bounding box, to which shares refer.
public struct MeshComparison: Sendable, Equatable {
  public let diagonal: Double
  /// The mean of the two directed mean distances.
  public let chamferL1: Double
  /// The sum of the two directed mean squared distances.
  public let chamferL2: Double
  /// The largest distance of a sample or vertex from the other surface, both ways.
  public let hausdorff: Double
  /// For each threshold in % of the diagonal, the harmonic mean of precision (the share of this surface
  /// that is nearer to the reference) and recall (the reverse).
  public let fScores: [(percent: Double, value: Double)]
  /// The mean absolute cosine between the normals of a sample and of its closest point, both ways.
  public let normalConsistency: Double
  /// The volume in both over the volume in either; nil unless both are watertight.
  public let volumeIoU: Double?

  public static func == (left: MeshComparison, right: MeshComparison) -> Bool {
    left.chamferL1 == right.chamferL1 && left.chamferL2 == right.chamferL2
      && left.hausdorff == right.hausdorff && left.normalConsistency == right.normalConsistency
      && left.volumeIoU == right.volumeIoU
      && left.fScores.map { $0.value } == right.fScores.map { $0.value }
  }
}

extension Mesh {
  /// Compares this surface with a reference by `samples` points on each, spread evenly by area.
  public func compared(
    with reference: Mesh, samples: Int = 100_000, seed: UInt64 = 0, _ work: WorkContext
  ) throws -> MeshComparison {
    let diagonal = Double(reference.bounds.diagonal)
    let (here, there) = (BVH(self), BVH(reference))
    let out = try DirectedDistances(from: self, to: reference, there, samples, seed, work)
    let back = try DirectedDistances(from: reference, to: self, here, samples, seed, work)
    let fScores = [0.1, 0.2, 0.5, 1.0].map { percent in
      let limit = percent / 100 * diagonal
      let (precision, recall) = (out.share(below: limit), back.share(below: limit))
      let sum = precision + recall
      return (percent: percent, value: sum > 0 ? 2 * precision * recall / sum : 0)
    }
    return MeshComparison(
      diagonal: diagonal, chamferL1: (out.mean + back.mean) / 2,
      chamferL2: out.meanSquare + back.meanSquare, hausdorff: max(out.maximum, back.maximum),
      fScores: fScores, normalConsistency: (out.cosine + back.cosine) / 2,
      volumeIoU: try volumeOverlap(with: reference, here, there, work))
  }

  /// Counts the points of a grid that are inside both and inside either.
  private func volumeOverlap(
    with reference: Mesh, _ here: BVH, _ there: BVH, _ work: WorkContext
  ) throws -> Double? {
    guard report().isWatertight, reference.report().isWatertight else { return nil }
    let (first, second) = (bounds, reference.bounds)
    let box = Box([first.minimum, first.maximum, second.minimum, second.maximum])
    let cells = 64
    let counts = try parallelMap(count: cells, work) { z in
      var (both, either) = (0, 0)
      for y in 0..<cells {
        for x in 0..<cells {
          let cell = SIMD3<Float>(Float(x), Float(y), Float(z)) + 0.5
          let point = box.minimum + box.size * cell / Float(cells)
          let (a, b) = (here.isInside(point, self), there.isInside(point, reference))
          if a && b { both += 1 }
          if a || b { either += 1 }
        }
      }
      return (both, either)
    }
    let either = counts.reduce(0) { $0 + $1.1 }
    return either > 0 ? Double(counts.reduce(0) { $0 + $1.0 }) / Double(either) : nil
  }
}

extension BVH {
  /// Whether a point is inside a closed surface: most of three rays leave it through the first triangle
  /// that they meet.
  func isInside(_ point: SIMD3<Float>, _ mesh: Mesh) -> Bool {
    // No symmetric direction, so that rays rarely run through edges.
    let directions: [SIMD3<Float>] = [
      [0.8017, 0.2673, 0.5345], [-0.3123, 0.9111, -0.2689], [0.1237, -0.4561, -0.8813],
    ]
    let leaving = directions.count { direction in
      guard let hit = firstHit(from: point, along: direction) else { return false }
      return mesh.areaNormal(hit.triangle).dot(SIMD3<Double>(direction)) > 0
    }
    return leaving >= 2
  }
}

/// The distances of one surface's samples from another surface.
private struct DirectedDistances {
  private var distances: [Float] = []
  private(set) var mean = 0.0
  private(set) var meanSquare = 0.0
  private(set) var cosine = 0.0
  private(set) var maximum = 0.0

  init(
    from mesh: Mesh, to other: Mesh, _ tree: BVH, _ samples: Int, _ seed: UInt64,
    _ work: WorkContext
  ) throws {
    let spread = mesh.sampledSurface(count: samples, seed: seed)
    let chunk = 2048
    let parts = try parallelMap(count: (spread.count + chunk - 1) / chunk, work) { part in
      var distances: [Float] = []
      var cosines = 0.0
      for sample in spread[part * chunk..<min(spread.count, (part + 1) * chunk)] {
        let point = mesh.interpolated(mesh.positions, at: sample)
        guard let closest = tree.closestPoint(to: point) else { continue }
        distances.append(closest.squaredDistance.squareRoot())
        let here = mesh.areaNormal(sample.triangle).normalized
        cosines += abs(here.dot(other.areaNormal(closest.triangle).normalized))
      }
      return (distances, cosines)
    }
    distances = parts.flatMap { $0.0 }
    let count = Double(max(1, distances.count))
    for distance in distances {
      mean += Double(distance) / count
      meanSquare += Double(distance) * Double(distance) / count
      maximum = max(maximum, Double(distance))
    }
    cosine = parts.reduce(0) { $0 + $1.1 } / count
    let known = maximum
    let farthest = try parallelMap(count: (mesh.triangles.count + chunk - 1) / chunk, work) {
      part in
      var farthest = Float(known * known)
      for index in part * chunk..<min(mesh.triangles.count, (part + 1) * chunk) {
        let corners = mesh.corners(index)
        for point in [corners.0, corners.1, corners.2]
        where !tree.isNear(point, square: farthest) {
          farthest = max(farthest, tree.squaredDistance(to: point))
        }
      }
      return farthest
    }
    maximum = farthest.reduce(maximum) { max($0, Double($1).squareRoot()) }
  }

  func share(below limit: Double) -> Double {
    Double(distances.count { Double($0) < limit }) / Double(max(1, distances.count))
  }
}
