//          b
//        / | \          Turning counter-clockwise about v: the next half-edge after h = v -> a is
//       /  |  \         twin(previous(h)) = v -> b. On a boundary the turn begins at the half-edge
//      c   v   a        without a twin and ends where there is none to turn to.

extension HalfedgeMesh {
  /// The half-edge after `halfedge` counter-clockwise about its origin; none at the end of a boundary fan.
  package func turned(_ halfedge: Halfedge) -> Halfedge { twins[halfedge.previous.slot] }

  /// Calls `body` with every half-edge that leaves `vertex`, counter-clockwise.
  package func forEachOutgoing(_ vertex: Vertex, _ body: (Halfedge) -> Void) {
    let first = outgoing[vertex.slot]
    guard first.exists else { return }
    var halfedge = first
    repeat {
      body(halfedge)
      halfedge = turned(halfedge)
    } while halfedge != first && halfedge.exists
  }

  /// Calls `body` with every vertex that shares an edge with `vertex`, counter-clockwise.
  package func forEachNeighbour(_ vertex: Vertex, _ body: (Vertex) -> Void) {
    let first = outgoing[vertex.slot]
    guard first.exists else { return }
    var halfedge = first
    while true {
      body(target(halfedge))
      let last = halfedge
      halfedge = turned(halfedge)
      if halfedge == first { return }
      if !halfedge.exists { return body(origin(last.previous)) }
    }
  }

  /// How many edges meet at `vertex`.
  package func valence(_ vertex: Vertex) -> Int {
    var count = 0
    forEachNeighbour(vertex) { _ in count += 1 }
    return count
  }

  /// Whether two vertices share an edge. Walks about both at once, so that a hub of many thousand edges
  /// costs no more than its neighbour.
  package func areNeighbours(_ a: Vertex, _ b: Vertex) -> Bool {
    var (aroundA, aroundB) = (outgoing[a.slot], outgoing[b.slot])
    let (firstA, firstB) = (aroundA, aroundB)
    guard firstA.exists, firstB.exists else { return false }
    while true {
      if target(aroundA) == b || origin(aroundA.previous) == b { return true }
      if target(aroundB) == a || origin(aroundB.previous) == a { return true }
      aroundA = turned(aroundA)
      aroundB = turned(aroundB)
      if !aroundA.exists || aroundA == firstA || !aroundB.exists || aroundB == firstB {
        return false
      }
    }
  }

  /// Whether more than `count` faces meet at a vertex.
  package func hasMoreFaces(than count: Int, at vertex: Vertex) -> Bool {
    let first = outgoing[vertex.slot]
    guard first.exists else { return false }
    var (faces, halfedge) = (1, turned(first))
    while halfedge.exists && halfedge != first && faces <= count {
      faces += 1
      halfedge = turned(halfedge)
    }
    return faces > count
  }

  /// Makes `outgoing` of `vertex` the half-edge that a turn about it must begin with.
  package mutating func settleOutgoing(_ vertex: Vertex, startingAt start: Halfedge) {
    var halfedge = start
    while true {
      // One step clockwise: the twin's next leaves the same vertex.
      let twin = twins[halfedge.slot]
      guard twin.exists else { break }
      halfedge = twin.next
      if halfedge == start { break }
    }
    outgoing[vertex.slot] = halfedge
  }
}
