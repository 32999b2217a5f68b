import LinearMath
public import Work

/// How far two surfaces are apart, both ways, in the unit of the meshes.
public struct SurfaceDeviation: Sendable, Equatable {
  /// The mean distance of points on either surface from the other, each surface counting half.
  public let mean: Double
  /// The largest distance found: of all vertices, and of points spread over both surfaces.
  public let maximum: Double
}

extension Mesh {
  /// Measures how far this surface is from another.
  ///
  /// The mean is over `samples` points on each surface, one in each of as many equal slices of its area;
  /// four times as many, and all vertices, decide the maximum (a lower bound of the Hausdorff distance).
  public func deviation(
    from reference: Mesh, samples: Int = 6_000, seed: UInt64 = 0, _ work: WorkContext
  ) throws -> SurfaceDeviation {
    if triangles.isEmpty || reference.triangles.isEmpty {
      return SurfaceDeviation(mean: .infinity, maximum: .infinity)
    }
    let here = try Self.oneWay(self, to: BVH(reference, quick: true), samples, seed, work)
    let there = try Self.oneWay(reference, to: BVH(self, quick: true), samples, seed, work)
    return SurfaceDeviation(
      mean: (here.mean + there.mean) / 2, maximum: max(here.maximum, there.maximum))
  }

  /// The largest distance between this surface and one it was made from, as `deviation` finds it, of the
  /// triangles that are not the same to the bit: those that are have none.
  public func largestChange(
    from input: Mesh, seed: UInt64 = 0, _ work: WorkContext = WorkContext()
  ) throws -> Double {
    if triangles.isEmpty || input.triangles.isEmpty { return .infinity }
    let new = try changed(from: input, seed, work)
    let old = try input.changed(from: self, seed, work)
    return max(new, old)
  }

  /// How far triangles that another mesh does not have are from it.
  private func changed(from other: Mesh, _ seed: UInt64, _ work: WorkContext) throws -> Double {
    let isThere = trianglesFound(in: other)
    let changed = triangles.indices.filter { !isThere[$0] }
    if changed.isEmpty { return 0 }
    let part = parts([changed]) { _, _ in }[0]
    // As dense as on the whole surface, and a thousand at least.
    let share = part.area / max(area, .leastNormalMagnitude)
    let samples = max(1000, Int(6000 * min(share, 1)))
    let tree = BVH(other, quick: true)
    return try Self.oneWay(part, to: tree, samples, seed, work).maximum
  }

  private static func oneWay(
    _ mesh: Mesh, to tree: BVH, _ samples: Int, _ seed: UInt64, _ work: WorkContext
  ) throws -> SurfaceDeviation {
    let spread = mesh.sampledSurface(count: samples, seed: seed)
      .map { mesh.interpolated(mesh.positions, at: $0) }
    let chunk = 1024
    let sums = try parallelMap(count: (spread.count + chunk - 1) / chunk, work) { part in
      var sum = 0.0
      var largest: Float = 0
      for point in spread[part * chunk..<min(spread.count, (part + 1) * chunk)] {
        let square = tree.squaredDistance(to: point)
        sum += Double(square).squareRoot()
        largest = max(largest, square)
      }
      return (sum, largest)
    }
    // What is nearer than the farthest so far need not be known better.
    let largest = sums.reduce(0) { max($0, $1.1) }
    let extremes =
      mesh.sampledSurface(count: 4 * samples, seed: seed &+ 1)
      .map { mesh.interpolated(mesh.positions, at: $0) } + mesh.usedPositions
    let farthest = try parallelMap(count: (extremes.count + chunk - 1) / chunk, work) { part in
      var farthest = largest
      for point in extremes[part * chunk..<min(extremes.count, (part + 1) * chunk)]
      where !tree.isNear(point, square: farthest) {
        farthest = max(farthest, tree.squaredDistance(to: point))
      }
      return farthest
    }
    let maximum = farthest.reduce(largest) { max($0, $1) }
    return SurfaceDeviation(
      mean: sums.reduce(0) { $0 + $1.0 } / Double(max(1, spread.count)),
      maximum: Double(maximum).squareRoot())
  }

  /// The positions that triangles use.
  private var usedPositions: [SIMD3<Float>] {
    var isUsed = [Bool](repeating: false, count: positions.count)
    for triangle in triangles {
      for corner in 0..<3 { isUsed[Int(triangle[corner])] = true }
    }
    return positions.indices.filter { isUsed[$0] }.map { positions[$0] }
  }
}
