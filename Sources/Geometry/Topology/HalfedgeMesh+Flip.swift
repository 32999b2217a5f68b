//        c                c
//      /   \            / | \         h = a -> b of face f and its twin of face g become
//     /  f  \          /  |  \        h = d -> c of f = (d c a) and its twin c -> d of g = (c d b)
//    a --h--> b  ->   a f h g b
//     \  g  /          \  |  /
//      \   /            \ | /
//        d                d

extension HalfedgeMesh {
  /// Whether `halfedge` may turn: an interior edge without a mark, whose new ends share no edge yet and
  /// whose old ends keep at least three.
  package func isFlipLegal(_ halfedge: Halfedge) -> Bool {
    let twin = twins[halfedge.slot]
    guard twin.exists, marks[halfedge.slot] == 0 else { return false }
    let (c, d) = (origin(halfedge.previous), origin(twin.previous))
    if c == d { return false }
    let (a, b) = (origin(halfedge), origin(twin))
    for end in [a, b] where !hasMoreFaces(than: isBoundary(end) ? 1 : 3, at: end) { return false }
    return !areNeighbours(c, d)
  }

  /// Turns the edge of two faces inside their quadrilateral. The caller has asked `isFlipLegal`.
  package mutating func flip(_ halfedge: Halfedge) {
    let (h, t) = (halfedge, twins[halfedge.slot])
    let (a, b) = (origin(h), origin(t))
    let (c, d) = (origin(h.previous), origin(t.previous))
    let (bc, ca, ad, db) = (h.next, h.previous, t.next, t.previous)
    // The outer edges with their twins and marks move to other slots.
    let outer = [
      (twins[ca.slot], marks[ca.slot]), (twins[ad.slot], marks[ad.slot]),
      (twins[db.slot], marks[db.slot]), (twins[bc.slot], marks[bc.slot]),
    ]
    let homes = [h.next, h.previous, t.next, t.previous]
    for (home, (twin, mark)) in zip(homes, outer) {
      twins[home.slot] = twin
      marks[home.slot] = mark
      if twin.exists { twins[twin.slot] = home }
    }
    origins[h.slot] = d
    origins[h.next.slot] = c
    origins[h.previous.slot] = a
    origins[t.slot] = c
    origins[t.next.slot] = d
    origins[t.previous.slot] = b
    if outgoing[a.slot] == h || outgoing[a.slot] == ad { outgoing[a.slot] = h.previous }
    if outgoing[b.slot] == t || outgoing[b.slot] == bc { outgoing[b.slot] = t.previous }
    if outgoing[c.slot] == ca { outgoing[c.slot] = h.next }
    if outgoing[d.slot] == db { outgoing[d.slot] = t.next }
    debugCheck(around: c)
    debugCheck(around: d)
  }
}
