import LinearMath
import Work

extension Soup {
  /// Closes every gap with triangles over the points of its rim, or where the surface about it goes on
  /// smoothly, with a surface that does so too.
  ///
  /// Each gap gets the triangulation of least area (Barequet and Sharir, "Filling gaps in the boundary of
  /// a polyhedron", 1995) by dynamic programming; a rim of very many points is first parted by short
  /// chords. For what is done to it then, see ``HoleFairing``.
  ///
  /// - Returns: the number of gaps filled.
  mutating func fillHoles(_ work: WorkContext) throws -> Int {
    let loops = EdgeBalance(triangles).loops
    if loops.isEmpty { return 0 }
    let about = trianglesAbout(Set(loops.lazy.filter { $0.count > 3 }.joined()))
    let filler = HoleFiller(positions: positions)
    for loop in loops {
      try work.checkCancelled()
      let flat = filler.fill(loop)
      let surface = Set(loop.flatMap { about[$0] ?? [] }).sorted().map { triangles[$0] }
      let fairing = HoleFairing(
        surface: surface, positions: filler.positions, rim: loop, flat: flat)
      guard flat.count > 1, let smooth = try fairing.run(work) else {
        for triangle in flat { append(triangle) }
        continue
      }
      let base = UInt32(positions.count) &- UInt32(loop.count)
      positions += smooth.points
      for t in smooth.triangles {
        var triangle = t &+ base
        for corner in 0..<3 where Int(t[corner]) < loop.count {
          triangle[corner] = loop[Int(t[corner])]
        }
        append(triangle)
      }
    }
    return loops.count
  }

  /// For each of some points the triangles that have it.
  private func trianglesAbout(_ points: Set<UInt32>) -> [UInt32: [Int]] {
    var result: [UInt32: [Int]] = [:]
    for (index, t) in triangles.enumerated() {
      for corner in 0..<3 where points.contains(t[corner]) {
        result[t[corner], default: []].append(index)
      }
    }
    return result
  }
}

/// Fills closed walks of points.
private struct HoleFiller {
  let positions: [SIMD3<Float>]
  /// Up to here the best triangulation is sought; the time grows with the third power.
  private let mostPoints = 240

  private func place(_ point: UInt32) -> SIMD3<Double> { SIMD3(positions[Int(point)]) }

  /// Triangles whose rim is the walk, in its direction.
  func fill(_ loop: [UInt32]) -> [SIMD3<UInt32>] {
    if loop.count < 3 { return [] }
    if loop.count == 3 { return [SIMD3(loop[0], loop[1], loop[2])] }
    if loop.count > mostPoints {
      let (first, second) = parted(loop)
      return fill(first) + fill(second)
    }
    return leastArea(loop)
  }

  /// A loop in two at the chord that is shortest for the share of the walk that it cuts off.
  private func parted(_ loop: [UInt32]) -> ([UInt32], [UInt32]) {
    let count = loop.count
    var best = (cost: Double.infinity, from: 0, to: count / 2)
    let stride = max(1, count / 400)
    for from in Swift.stride(from: 0, to: count, by: stride) {
      for to in Swift.stride(
        from: from + count / 4, through: min(from + count / 2, count - 1), by: stride)
      {
        let length = (place(loop[from]) - place(loop[to])).length
        let balance = Double(to - from) / Double(count)
        let cost = length / balance
        if cost < best.cost { best = (cost, from, to) }
      }
    }
    let inner = Array(loop[best.from...best.to])
    let outer = Array(loop[best.to...]) + Array(loop[...best.from])
    return (inner, outer)
  }

  private func leastArea(_ loop: [UInt32]) -> [SIMD3<UInt32>] {
    let count = loop.count
    let places = loop.map { place($0) }
    var cost = [Double](repeating: 0, count: count * count)
    var apex = [Int32](repeating: -1, count: count * count)
    for span in 2..<count {
      for from in 0..<(count - span) {
        let to = from + span
        var best = Double.infinity
        var bestApex = from + 1
        let chord = places[to] - places[from]
        for middle in (from + 1)..<to {
          let rest = cost[from * count + middle] + cost[middle * count + to]
          if rest >= best { continue }
          let total = rest + chord.cross(places[middle] - places[from]).length
          if total < best { (best, bestApex) = (total, middle) }
        }
        cost[from * count + to] = best
        apex[from * count + to] = Int32(bestApex)
      }
    }
    var result: [SIMD3<UInt32>] = []
    var waiting = [(0, count - 1)]
    while let (from, to) = waiting.popLast() {
      if to - from < 2 { continue }
      let middle = Int(apex[from * count + to])
      result.append(SIMD3(loop[from], loop[middle], loop[to]))
      waiting.append((from, middle))
      waiting.append((middle, to))
    }
    return result
  }
}
