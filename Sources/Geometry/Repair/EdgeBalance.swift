/// How triangles run along the edges of a soup: closed is a soup in which along every edge as many run one
/// way as the other.
struct EdgeBalance {
  /// The half-edges that something closed would still need: from, to, and how often.
  private(set) var missing: [(from: UInt32, to: UInt32, count: Int)] = []

  init(_ triangles: [SIMD3<UInt32>]) {
    let edges = EdgeTable(triangles)
    for edge in 0..<edges.count {
      let halfedges = edges[edge]
      let first = Int(halfedges.first!)
      let (u, v) = (triangles[first / 3][first % 3], triangles[first / 3][(first % 3 + 1) % 3])
      let balance = halfedges.reduce(0) {
        $0 + (triangles[Int($1) / 3][Int($1) % 3] == u ? 1 : -1)
      }
      if balance > 0 { missing.append((v, u, balance)) }
      if balance < 0 { missing.append((u, v, -balance)) }
    }
  }

  /// The same of a few triangles of many: only their own points take room.
  init(ofFew triangles: [SIMD3<UInt32>]) {
    let points = Set(triangles.flatMap { [$0.x, $0.y, $0.z] }).sorted()
    var number: [UInt32: UInt32] = [:]
    for (index, point) in points.enumerated() { number[point] = UInt32(index) }
    self.init(triangles.map { SIMD3(number[$0.x]!, number[$0.y]!, number[$0.z]!) })
    missing = missing.map { (points[Int($0.from)], points[Int($0.to)], $0.count) }
  }

  /// The missing half-edges as closed walks in which no point comes twice.
  var loops: [[UInt32]] {
    var outgoing: [UInt32: [UInt32]] = [:]
    for edge in missing.reversed() {
      for _ in 0..<edge.count { outgoing[edge.from, default: []].append(edge.to) }
    }
    var result: [[UInt32]] = []
    for edge in missing {
      while !(outgoing[edge.from]?.isEmpty ?? true) {
        var path = [edge.from]
        var place = [edge.from: 0]
        while let next = outgoing[path.last!]?.popLast() {
          if let start = place[next] {
            let loop = Array(path[start...])
            for point in loop.dropFirst() { place[point] = nil }
            path.removeLast(loop.count - 1)
            result.append(loop)
            if path.count == 1 { break }
          } else {
            place[next] = path.count
            path.append(next)
          }
        }
      }
    }
    return result
  }
}
