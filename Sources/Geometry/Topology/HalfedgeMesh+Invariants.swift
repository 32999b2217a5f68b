extension HalfedgeMesh {
  /// The first broken invariant in words, or nil. Linear time: for tests, and for debug builds.
  package func brokenInvariant() -> String? {
    var faces = 0
    for slot in 0..<faceSlots where isAlive(Face(slot)) {
      faces += 1
      for corner in 0..<3 {
        let halfedge = Halfedge(UInt32(slot << 2 | corner))
        if let broken = brokenInvariant(of: halfedge) { return broken }
      }
    }
    if faces != liveFaces { return "\(faces) faces are alive, \(liveFaces) are counted" }
    var fans = [Int](repeating: 0, count: positions.count)
    var corners = [Int](repeating: 0, count: positions.count)
    for slot in 0..<faceSlots where isAlive(Face(slot)) {
      for corner in 0..<3 { corners[origins[slot << 2 | corner].slot] += 1 }
    }
    var vertices = 0
    for slot in positions.indices where outgoing[slot].exists {
      vertices += 1
      forEachOutgoing(Vertex(slot)) { _ in fans[slot] += 1 }
      if fans[slot] != corners[slot] {
        return "vertex \(slot) has \(corners[slot]) corners, its fan \(fans[slot])"
      }
    }
    return vertices == liveVertices
      ? nil : "\(vertices) vertices have faces, \(liveVertices) are counted"
  }

  private func brokenInvariant(of halfedge: Halfedge) -> String? {
    let (from, to) = (origin(halfedge), target(halfedge))
    if from == to { return "half-edge \(halfedge.index) runs from \(from.index) to itself" }
    if !outgoing[from.slot].exists { return "vertex \(from.index) has a face and no half-edge" }
    let first = outgoing[from.slot]
    if origin(first) != from || !isAlive(first.face) {
      return "the half-edge of vertex \(from.index) does not leave it"
    }
    let twin = twins[halfedge.slot]
    guard twin.exists else {
      return first == halfedge
        ? nil : "vertex \(from.index) on a boundary does not begin with its boundary half-edge"
    }
    if !isAlive(twin.face) { return "the twin of half-edge \(halfedge.index) is removed" }
    if twins[twin.slot] != halfedge { return "half-edge \(halfedge.index) is not its twin's twin" }
    if origin(twin) != to || target(twin) != from {
      return "half-edge \(halfedge.index) and its twin have different ends"
    }
    return nil
  }

  /// In debug builds, checks the half-edges about a vertex that an operator has just left.
  package func debugCheck(around vertex: Vertex) {
    assert(
      {
        var broken: String?
        forEachOutgoing(vertex) { halfedge in
          for each in [halfedge, halfedge.next, halfedge.previous] {
            broken = broken ?? brokenInvariant(of: each)
          }
        }
        if let broken { print(broken) }
        return broken == nil
      }())
  }
}
