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
    var shared = 0
    var (aroundU, aroundV) = (0, 0)
    forEachNeighbour(u) { neighbour in
      aroundU += 1
      if neighbour == v || neighbour == left || neighbour == right { return }
      forEachNeighbour(v) { if $0 == neighbour { shared += 1 } }
    }
    forEachNeighbour(v) { _ in aroundV += 1 }
    // The merged vertex of a closed surface keeps three edges, that of a boundary two.
    let merged = aroundU + aroundV - (twin.exists ? 4 : 3)
    return shared == 0 && merged >= (isBoundary(u) || isBoundary(v) ? 2 : 3)
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
