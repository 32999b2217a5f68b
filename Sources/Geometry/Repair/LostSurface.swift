import LinearMath
import Work

/// What of a surface can be seen from outside and is not to be found in another.
struct LostSurface {
  /// Triangles of the soup of which something is lost.
  private(set) var triangles: [Int] = []
  /// Places on them, and whether the other has its inside there.
  private(set) var samples: [(place: SIMD3<Float>, isInside: Bool)] = []
  /// Shares of the soup's area.
  private(set) var insideShare = 0.0
  private(set) var outsideShare = 0.0

  /// - Parameter tolerance: what is nearer than this to the result is not lost.
  init(of soup: Soup, in result: Soup, tolerance: Float, _ work: WorkContext) throws {
    let suspects = Self.suspects(soup, result)
    if suspects.isEmpty { return }
    let (_, area) = soup.volumeAndArea
    let own = BVH(positions: soup.positions, triangles: soup.triangles, quick: true)
    let other = BVH(positions: result.positions, triangles: result.triangles, quick: true)
    let rays = WindingRays(
      tree: other, triangles: result.triangles,
      multiplicities: [SIMD2](repeating: SIMD2(1, 0), count: result.triangles.count),
      positions: result.positions)
    let found = try parallelMap(count: suspects.count, work) { index in
      let triangle = suspects[index]
      let size = soup.areaNormal(triangle).length / 2
      let count = min(32, max(2, Int(8000 * size / area)))
      var generator = SeededGenerator(seed: UInt64(triangle))
      var lost: [(SIMD3<Float>, Bool)] = []
      for _ in 0..<count {
        let place = soup.randomPoint(in: triangle, &generator)
        if other.isNear(place, square: tolerance * tolerance) { continue }
        if !soup.isSeen(place, on: triangle, own, &generator) { continue }
        lost.append((place, rays.isInside(place)))
      }
      return (lost, size / Double(count))
    }
    for (triangle, (lost, weight)) in zip(suspects, found) where !lost.isEmpty {
      triangles.append(triangle)
      samples += lost
      for sample in lost {
        if sample.1 { insideShare += weight / area } else { outsideShare += weight / area }
      }
    }
  }

  /// The triangles of which the result does not have every piece.
  private static func suspects(_ soup: Soup, _ result: Soup) -> [Int] {
    let count = Int(soup.sources.max() ?? -1) + 1
    var areas = [Double](repeating: 0, count: count)
    for (index, source) in result.sources.enumerated() where source >= 0 && source < count {
      areas[Int(source)] += result.areaNormal(index).length
    }
    return soup.triangles.indices.filter { index in
      let source = soup.sources[index]
      guard source >= 0 else { return false }
      let area = soup.areaNormal(index).length
      return area > 0 && areas[Int(source)] < area * 0.999
    }
  }
}

extension Soup {
  /// Whether some ray from a place on a triangle, from either side, meets nothing.
  func isSeen(
    _ place: SIMD3<Float>, on triangle: Int, _ tree: BVH, _ generator: inout SeededGenerator
  ) -> Bool {
    let normal = SIMD3<Float>(areaNormal(triangle).normalized)
    let hair = tree.box.diagonal * 1e-5
    for _ in 0..<24 {
      let direction = generator.direction()
      let start = place + normal * (direction.dot(normal) > 0 ? hair : -hair)
      if tree.firstHit(from: start, along: direction) == nil { return true }
    }
    return false
  }
}

extension WindingRays {
  /// Whether a closed surface winds about a place.
  func isInside(_ place: SIMD3<Float>) -> Bool {
    var generator = SeededGenerator(seed: 11)
    let votes = (0..<3).count { _ in
      let direction = SIMD3<Double>(generator.direction())
      return count(SIMD3(place), direction, besides: -1).0.x > 0
    }
    return votes >= 2
  }
}
