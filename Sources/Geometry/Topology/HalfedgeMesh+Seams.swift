//   chart A |  chart B         A seam is an edge whose two faces disagree about an attribute at one of
//     f     |     g            its ends, or belong to different groups (materials). The vertices of the
//   --------+--------          input are there twice along it; here they are one, and the edge is marked.
//   corners |  corners         Corners of a vertex between two seams share their attributes: a sector.
//    of f   |   of g

extension HalfedgeMesh {
  /// Marks of edges: a bend that is to stay, and a place where attributes jump.
  package static let featureMark: UInt8 = 1
  package static let seamMark: UInt8 = 2

  package func isSeam(_ halfedge: Halfedge) -> Bool { marks[halfedge.slot] & Self.seamMark != 0 }

  /// A seam or a boundary: where a sector ends.
  func isSectorEnd(_ halfedge: Halfedge) -> Bool { isSeam(halfedge) || isBoundary(halfedge) }

  /// Marks the edges where texture coordinates or colours of `mesh` jump or the group changes. To be
  /// called before any operator.
  mutating func markSeams(of mesh: Mesh, groups: [Int]) {
    let attributes = mesh.attributes
    if groups.isEmpty && attributes.colors.isEmpty && attributes.uvs.allSatisfy(\.isEmpty) {
      return
    }
    func agree(_ first: UInt32, _ second: UInt32) -> Bool {
      let (i, j) = (Int(first), Int(second))
      return i == j
        || attributes.uvs.allSatisfy { $0.isEmpty || $0[i] == $0[j] }
          && (attributes.colors.isEmpty || attributes.colors[i] == attributes.colors[j])
    }
    for slot in origins.indices where slot & 3 != 3 {
      let (halfedge, twin) = (Halfedge(UInt32(slot)), twins[slot])
      guard twin.exists, twin.index > halfedge.index else { continue }
      let isWhole =
        agree(inputVertex(halfedge, mesh), inputVertex(twin.next, mesh))
        && agree(inputVertex(halfedge.next, mesh), inputVertex(twin, mesh))
        && (groups.isEmpty
          || groups[Int(sources[slot >> 2])] == groups[Int(sources[twin.face.slot])])
      if isWhole { continue }
      marks[slot] |= Self.seamMark
      marks[twin.slot] |= Self.seamMark
      hasSeams = true
    }
  }

  /// The vertex of the input at the corner that a half-edge leaves, as long as no operator has run.
  func inputVertex(_ halfedge: Halfedge, _ mesh: Mesh) -> UInt32 {
    mesh.triangles[Int(sources[halfedge.face.slot])][Int(halfedge.index & 3)]
  }

  /// For each face slot the chart it is in: what can be reached without crossing a seam. Numbered in the
  /// order of their first faces.
  func charts() -> (ofFace: [UInt32], count: Int) {
    var sets = UnionFind(count: faceSlots)
    for slot in origins.indices where slot & 3 != 3 && twins[slot].exists {
      if marks[slot] & Self.seamMark == 0 { sets.unite(slot >> 2, twins[slot].face.slot) }
    }
    var ofFace = [UInt32](repeating: 0, count: faceSlots)
    var count = 0
    for face in 0..<faceSlots {
      let first = sets.find(face)
      if first == face {
        ofFace[face] = UInt32(count)
        count += 1
      } else {
        ofFace[face] = ofFace[first]
      }
    }
    return (ofFace, count)
  }

  /// Calls `body` with the half-edges that leave `vertex`, one sector at a time.
  func forEachSector(_ vertex: Vertex, _ body: ([Halfedge]) -> Void) {
    var fan: [Halfedge] = []
    forEachOutgoing(vertex) { fan.append($0) }
    guard let first = fan.firstIndex(where: { isSectorEnd($0) }) else {
      return body(fan)
    }
    var sector: [Halfedge] = []
    for index in fan.indices {
      let halfedge = fan[(first + index) % fan.count]
      if isSectorEnd(halfedge), !sector.isEmpty {
        body(sector)
        sector = []
      }
      sector.append(halfedge)
    }
    body(sector)
  }

  /// Calls `body` with the other ends of the seams and boundaries at a vertex, and whether each is a seam.
  func forEachLineEnd(_ vertex: Vertex, _ body: (Vertex, Bool) -> Void) {
    forEachOutgoing(vertex) { halfedge in
      if isBoundary(halfedge) {
        body(target(halfedge), false)
      } else if isSeam(halfedge) {
        body(target(halfedge), true)
      }
      if isBoundary(halfedge.previous) { body(origin(halfedge.previous), false) }
    }
  }
}
