extension Soup {
  /// Leaves of triangles over the same three points the one, or none, with which fewest edges lack a
  /// partner: of a sheet that is there twice one remains, of a wall between two boxes neither.
  ///
  /// - Returns: how many were taken out, and of those over which none remains one each.
  mutating func removeDuplicates() -> (count: Int, vanished: Soup) {
    var vanished = Soup(positions: positions, triangles: [], sources: [])
    var groups: [SIMD3<UInt32>: [Int]] = [:]
    groups.reserveCapacity(triangles.count)
    for (index, t) in triangles.enumerated() {
      groups[t.risingPoints, default: []].append(index)
    }
    let doubled = groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    if doubled.isEmpty { return (0, vanished) }
    var balance: [UInt64: Int] = [:]
    func forEachEdge(_ triangle: Int, _ body: (UInt64, Int) -> Void) {
      let t = triangles[triangle]
      for side in 0..<3 {
        let (a, b) = (t[side], t[(side + 1) % 3])
        body(CutFinder.edge(a, b), a < b ? 1 : -1)
      }
    }
    for group in doubled { forEachEdge(group[0]) { edge, _ in balance[edge] = 0 } }
    for triangle in triangles.indices {
      forEachEdge(triangle) { edge, way in
        if let old = balance[edge] { balance[edge] = old + way }
      }
    }
    var isGone = [Bool](repeating: false, count: triangles.count)
    for group in doubled {
      for member in group { forEachEdge(member) { edge, way in balance[edge]! -= way } }
      // The first of either way round, or none.
      var (best, least) = (nil as Int?, 0)
      forEachEdge(group[0]) { edge, _ in least += abs(balance[edge]!) }
      for member in [group.first { !triangles[group[0]].runsLike(triangles[$0]) }, group[0]]
        .compactMap({ $0 })
      {
        var lack = 0
        forEachEdge(member) { edge, way in lack += abs(balance[edge]! + way) }
        if lack < least || lack == least && best != nil { (best, least) = (member, lack) }
      }
      for member in group where member != best { isGone[member] = true }
      if best == nil { vanished.append(triangles[group[0]], source: sources[group[0]]) }
      if let best { forEachEdge(best) { edge, way in balance[edge]! += way } }
    }
    keep { !isGone[$0] }
    return (isGone.count { $0 }, vanished)
  }
}
