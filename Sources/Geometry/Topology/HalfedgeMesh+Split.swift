//        c                 c
//      /   \             / | \         a new vertex m on h = a -> b;
//     /  f  \           /f | F\        f = (a m c) stays, F = (m b c) is new,
//    a --h--> b   ->   a - m - b       g = (b m d) stays, G = (m a d) is new
//     \  g  /           \G | g/
//      \   /             \ | /
//        d                 d

extension HalfedgeMesh {
  /// Puts a new vertex on an edge and cuts the edge's faces there. Always legal. Both halves keep the
  /// edge's mark, and the new faces the sources of the old.
  package mutating func split(_ halfedge: Halfedge, at position: SIMD3<Float>) -> Vertex {
    let (h, t) = (halfedge, twins[halfedge.slot])
    let (a, b) = (origin(h), target(h))
    let m = Vertex(positions.count)
    positions.append(position)
    points.append(.max)
    locked.append(false)
    liveVertices += 1

    let c = origin(h.previous)
    let upper = appendFace(m, b, c, source: sources[h.face.slot])
    let bc = h.next
    // b -> c moves to the new face; m -> c takes its slot.
    move(bc, to: upper.next)
    if outgoing[b.slot] == bc { outgoing[b.slot] = upper.next }
    origins[bc.slot] = m
    marks[bc.slot] = 0
    join(bc, upper.previous)
    marks[upper.slot] = marks[h.slot]
    outgoing.append(upper)
    guard t.exists else {
      twins[h.slot] = .none
      twins[upper.slot] = .none
      debugCheck(around: m)
      return m
    }
    let d = origin(t.previous)
    let lower = appendFace(m, a, d, source: sources[t.face.slot])
    let ad = t.next
    move(ad, to: lower.next)
    if outgoing[a.slot] == ad { outgoing[a.slot] = lower.next }
    origins[ad.slot] = m
    marks[ad.slot] = 0
    join(ad, lower.previous)
    marks[lower.slot] = marks[h.slot]
    join(h, lower)
    join(upper, t)
    debugCheck(around: m)
    return m
  }

  /// A new face without twins; gives the half-edge that leaves its first corner.
  private mutating func appendFace(
    _ a: Vertex, _ b: Vertex, _ c: Vertex, source: UInt32
  ) -> Halfedge {
    let face = Face(faceSlots)
    origins.append(a)
    origins.append(b)
    origins.append(c)
    origins.append(Self.alive)
    for _ in 0..<4 {
      twins.append(.none)
      marks.append(0)
    }
    sources.append(source)
    liveFaces += 1
    return face.halfedge
  }

  /// Lets another slot stand for the edge of `from`.
  private mutating func move(_ from: Halfedge, to: Halfedge) {
    let twin = twins[from.slot]
    twins[to.slot] = twin
    if twin.exists { twins[twin.slot] = to }
    marks[to.slot] = marks[from.slot]
  }

  private mutating func join(_ first: Halfedge, _ second: Halfedge) {
    twins[first.slot] = second
    twins[second.slot] = first
  }
}
