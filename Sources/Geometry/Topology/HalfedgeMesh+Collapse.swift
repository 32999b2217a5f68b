//            l                          l
//          /   \                        |
//         /  f  \                       |
//   --- u --h--> v ---     ->     ----- v -----       u, faces f and g, and three edges are gone;
//         \  g  /                       |             v has u's remaining faces
//          \   /                        |
//            r                          r

extension HalfedgeMesh {
  /// Whether merging the ends of `halfedge` leaves a manifold of the same kind: the link condition (Dey,
  /// Edelsbrunner, Guha and Nekhayev, "Topology preserving edge contraction", 1999). The ends may share
  /// no neighbours but the apexes of the edge's own faces.
  ///
  /// Two boundary vertices may only merge along the boundary; a locked `u` never.
  package func isCollapseLegal(_ halfedge: Halfedge) -> Bool {
    let (u, v) = (origin(halfedge), target(halfedge))
    if locked[u.slot] { return false }
    let twin = twins[halfedge.slot]
    if twin.exists && isBoundary(u) && isBoundary(v) { return false }
    if !twin.exists {
      // A face on its own would vanish with its edge.
      if isBoundary(halfedge.next) && isBoundary(halfedge.previous) { return false }
    }
    let left = origin(halfedge.previous)
    let right = twin.exists ? origin(twin.previous) : left
    // About whichever end has fewer neighbours.
    let (small, large) = hasFewerFaces(u, than: v) ? (u, v) : (v, u)
    var isShared = false
    var around = 0
    forEachNeighbour(small) { neighbour in
      around += 1
      if neighbour == large || neighbour == left || neighbour == right { return }
      if areNeighbours(neighbour, large) { isShared = true }
    }
    if isShared { return false }
    // The merged vertex of a closed surface keeps three edges, that of a boundary two.
    let missing = twin.exists ? 4 : 3
    let least = isBoundary(u) || isBoundary(v) ? 2 : 3
    if around >= missing + least { return true }
    return around + valence(large) - missing >= least
  }

  /// Whether fewer faces meet at one vertex than at another, walking about both at once.
  private func hasFewerFaces(_ a: Vertex, than b: Vertex) -> Bool {
    var (aroundA, aroundB) = (outgoing[a.slot], outgoing[b.slot])
    let (firstA, firstB) = (aroundA, aroundB)
    while true {
      aroundA = turned(aroundA)
      aroundB = turned(aroundB)
      if !aroundA.exists || aroundA == firstA { return true }
      if !aroundB.exists || aroundB == firstB { return false }
    }
  }

  /// Merges the origin of `halfedge` into its target and removes the edge's faces. The caller has asked
  /// `isCollapseLegal`, and moves the target where it wants it.
  package mutating func collapse(_ halfedge: Halfedge) {
    let (u, v) = (origin(halfedge), target(halfedge))
    let twin = twins[halfedge.slot]
    // All of u's faces now meet v.
    var turning = outgoing[u.slot]
    let first = turning
    repeat {
      origins[turning.slot] = v
      turning = turned(turning)
    } while turning != first && turning.exists

    // Was v or u on the rim? Read before the faces go.
    let onBoundary = isBoundary(u) || isBoundary(v)
    var survivor = removeFace(of: halfedge, apex: origin(halfedge.previous))
    if twin.exists { survivor = removeFace(of: twin, apex: origin(twin.previous)) }
    outgoing[u.slot] = .none
    outgoing[v.slot] = survivor
    if onBoundary { settleOutgoing(v, startingAt: survivor) }
    liveVertices -= 1
    debugCheck(around: v)
  }

  /// Takes the face of `halfedge`, two of whose corners have become one, out of the surface and sews its
  /// other two edges together. Gives a half-edge that leaves the merged vertex beside the removed face.
  private mutating func removeFace(of halfedge: Halfedge, apex: Vertex) -> Halfedge {
    let (outer, inner) = (twins[halfedge.next.slot], twins[halfedge.previous.slot])
    // `outer` runs apex -> v, `inner` runs v (once u) -> apex; the edge that is left has both marks.
    let mark = marks[halfedge.next.slot] | marks[halfedge.previous.slot]
    if mark != 0 {
      if outer.exists { marks[outer.slot] = mark }
      if inner.exists { marks[inner.slot] = mark }
    }
    if outer.exists { twins[outer.slot] = inner }
    if inner.exists { twins[inner.slot] = outer }
    origins[halfedge.face.slot << 2 | 3] = Self.removed
    liveFaces -= 1
    if outgoing[apex.slot] == halfedge.previous { outgoing[apex.slot] = outer }
    return inner.exists ? inner : outer.next
  }
}
