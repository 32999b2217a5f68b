import LinearMath

extension Remesher {
  /// Turns edges where that brings the valences of their four vertices nearer to six (four on a
  /// boundary), and where it leaves them as they are but makes the smallest angle larger.
  mutating func flipTowardsSix() {
    var valences = [Int32](repeating: 0, count: mesh.positions.count)
    for slot in valences.indices where mesh.outgoing[slot].exists {
      // What is more than the ideal.
      let ideal = mesh.isBoundary(Vertex(slot)) ? 4 : 6
      valences[slot] = Int32(clamping: mesh.valence(Vertex(slot)) - ideal)
    }
    for slot in mesh.origins.indices where slot & 3 != 3 {
      let halfedge = Halfedge(UInt32(slot))
      let twin = mesh.twin(halfedge)
      guard twin.exists, twin.index > halfedge.index, mesh.marks[slot] == 0 else { continue }
      guard mesh.isAlive(halfedge.face) else { continue }
      let (a, b) = (mesh.origin(halfedge).slot, mesh.origin(twin).slot)
      let (c, d) = (mesh.origin(halfedge.previous).slot, mesh.origin(twin.previous).slot)
      let gain = Self.gain(valences[a], valences[b], valences[c], valences[d])
      if gain < 0 { continue }
      guard improves(a, b, c, d, byAngle: gain == 0), mesh.isFlipLegal(halfedge) else { continue }
      guard staysNear(a, b, c, d) else { continue }
      if gate != nil, isWatched(Vertex(a), Vertex(b)), !gate!.allowsFlip(mesh, halfedge) {
        continue
      }
      mesh.flip(halfedge)
      gate?.update(mesh, around: Vertex(c))
      valences[a] -= 1
      valences[b] -= 1
      valences[c] += 1
      valences[d] += 1
    }
  }

  /// By how much a flip lowers the sum of the squared deviations.
  private static func gain(_ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32) -> Int {
    // (x - 1)^2 = x^2 - 2 x + 1, (x + 1)^2 = x^2 + 2 x + 1
    2 * (Int(a) + Int(b) - Int(c) - Int(d)) - 4
  }

  /// Whether the new faces agree with the old ones about the outside, and, `byAngle`, are better shaped.
  private func improves(_ a: Int, _ b: Int, _ c: Int, _ d: Int, byAngle: Bool) -> Bool {
    let (pa, pb) = (mesh.positions[a], mesh.positions[b])
    let (pc, pd) = (mesh.positions[c], mesh.positions[d])
    let oldFirst = (pb - pa).cross(pc - pa)
    let oldSecond = (pa - pb).cross(pd - pb)
    let newFirst = (pd - pa).cross(pc - pa)
    let newSecond = (pc - pb).cross(pd - pb)
    let outside = oldFirst.normalized + oldSecond.normalized
    let (n1, n2) = (newFirst.normalized, newSecond.normalized)
    let size = outside.length
    if n1.dot(outside) < 0.8 * size || n2.dot(outside) < 0.8 * size { return false }
    if !byAngle { return Self.quality(pa, pd, pc) > 0.2 && Self.quality(pb, pc, pd) > 0.2 }
    let before = min(Self.quality(pa, pb, pc), Self.quality(pb, pa, pd))
    let after = min(Self.quality(pa, pd, pc), Self.quality(pb, pc, pd))
    return after > before * 1.02
  }

  /// Whether the edge between `c` and `d` is not much farther from the input than that between `a` and `b`.
  private func staysNear(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Bool {
    let (pa, pb) = (mesh.positions[a], mesh.positions[b])
    let (pc, pd) = (mesh.positions[c], mesh.positions[d])
    let first = (pb - pa).cross(pc - pa)
    let second = (pa - pb).cross(pd - pb)
    let dot = first.dot(second)
    if dot > 0 && dot * dot > 0.933 * first.lengthSquared * second.lengthSquared { return true }
    let tolerance = 0.5 * Self.surfaceTolerance * wantedLength(Vertex(c), Vertex(d))
    let middle = (pc + pd) * 0.5
    if tree.isNear(middle, square: tolerance * tolerance) { return true }
    return tree.squaredDistance(to: middle) <= tree.squaredDistance(to: (pa + pb) * 0.5)
  }

  /// 1 for an equilateral triangle, 0 for one without area: area over the sum of the squared edges.
  static func quality(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>) -> Float {
    let (ab, ac, bc) = (b - a, c - a, c - b)
    let edges = ab.lengthSquared + ac.lengthSquared + bc.lengthSquared
    return edges > 0 ? 3.4641016 * ab.cross(ac).length / edges : 0
  }
}
