import LinearMath

/// Knows where the faces of a surface are while it changes, and says which collapses would make it cut
/// itself.
///
/// The tree's boxes only grow: a face that changes is put into the lane it always had. What was there
/// before is looked up in the surface itself, so that the tree need not forget anything.
struct IntersectionGuard: ~Copyable {
  private var tree: BVH
  /// Where each face stands among the tree's triangles.
  private var places: [UInt32]
  /// For each node and each block, the lane of the node above: 8 * node + lane.
  private var nodeParents: [UInt32]
  private var blockParents: [UInt32]
  /// Faces that cut others before anything was changed. They may go on doing so.
  private let wasCut: [Bool]
  private var candidates: [BoxedTriangle] = []
  private var faces: [BoxedTriangle] = []

  /// Of a compact mesh. `wasCut` says of the input's triangles whether they cut others; empty for none.
  init(_ mesh: borrowing HalfedgeMesh, wasCut: [Bool]) {
    self.wasCut = wasCut
    var triangles: [SIMD3<UInt32>] = []
    triangles.reserveCapacity(mesh.faceSlots)
    for face in 0..<mesh.faceSlots { triangles.append(mesh.vertices(Face(face))) }
    tree = BVH(positions: mesh.positions, triangles: triangles, quick: true)
    places = [UInt32](repeating: 0, count: mesh.faceSlots)
    // Unused lanes repeat the first; from the back, so that the first has the last word.
    for slot in tree.triangles.indices.reversed() {
      places[Int(tree.triangles[slot])] = UInt32(truncatingIfNeeded: slot)
    }
    nodeParents = [UInt32](repeating: .max, count: tree.links.count / 8)
    blockParents = [UInt32](repeating: .max, count: tree.triangles.count / 8)
    for (lane, link) in tree.links.enumerated() {
      if link & BVH.leafBit == 0 {
        nodeParents[Int(link)] = UInt32(truncatingIfNeeded: lane)
      } else if tree.bounds[6 * (lane / 8)][lane % 8] < .infinity {
        blockParents[Int(link & ~BVH.leafBit)] = UInt32(truncatingIfNeeded: lane)
      }
    }
  }

  /// Whether `u` and `v` may merge at `point`: the faces that are left then meet no face beyond the corners
  /// they share. With `u` and `v` the same vertex, whether it may move there.
  mutating func allows(
    _ mesh: borrowing HalfedgeMesh, _ u: Vertex, _ v: Vertex, at point: SIMD3<Float>
  ) -> Bool {
    faces.removeAll(keepingCapacity: true)
    // The merged vertex is known by the name of whichever end may not move.
    let apex = mesh.name(mesh.locked[u.slot] ? u : v)
    addFaces(mesh, about: u, besides: v, apex, point)
    if u != v { addFaces(mesh, about: v, besides: u, apex, point) }
    return isFree(mesh, leavingOut: (u, v))
  }

  /// Whether the faces of an edge may be cut along the other diagonal.
  mutating func allowsFlip(_ mesh: borrowing HalfedgeMesh, _ halfedge: Halfedge) -> Bool {
    let twin = mesh.twin(halfedge)
    let (a, b) = (mesh.origin(halfedge), mesh.origin(twin))
    let (c, d) = (mesh.origin(halfedge.previous), mesh.origin(twin.previous))
    faces.removeAll(keepingCapacity: true)
    faces.append(boxed(mesh, a, d, c, halfedge.face))
    faces.append(boxed(mesh, b, c, d, twin.face))
    return isFree(mesh, leavingOut: (halfedge.face, twin.face))
  }

  private func boxed(
    _ mesh: borrowing HalfedgeMesh, _ a: Vertex, _ b: Vertex, _ c: Vertex, _ face: Face
  ) -> BoxedTriangle {
    BoxedTriangle(
      NamedTriangle(
        SIMD3(mesh.name(a), mesh.name(b), mesh.name(c)), mesh.position(a), mesh.position(b),
        mesh.position(c)), isCut(mesh, face))
  }

  private func isCut(_ mesh: borrowing HalfedgeMesh, _ face: Face) -> Bool {
    !wasCut.isEmpty && wasCut[Int(mesh.sources[face.slot])]
  }

  /// The faces about a vertex, but for those with another, as they are with their apex at `point`.
  private mutating func addFaces(
    _ mesh: borrowing HalfedgeMesh, about vertex: Vertex, besides other: Vertex, _ apex: UInt32,
    _ point: SIMD3<Float>
  ) {
    var turning = mesh.outgoing[vertex.slot]
    let first = turning
    repeat {
      let (b, c) = (mesh.target(turning), mesh.origin(turning.previous))
      if vertex == other || b != other && c != other {
        let triangle = NamedTriangle(
          SIMD3(apex, mesh.name(b), mesh.name(c)), point, mesh.position(b), mesh.position(c))
        faces.append(BoxedTriangle(triangle, isCut(mesh, turning.face)))
      }
      turning = mesh.turned(turning)
    } while turning.exists && turning != first
  }

  /// Whether the gathered faces meet neither one another nor others, but for pairs that both did before.
  private mutating func isFree(
    _ mesh: borrowing HalfedgeMesh, leavingOut vertices: (Vertex, Vertex)
  ) -> Bool {
    let (u, v) = (vertices.0.index, vertices.1.index)
    return isFree(mesh) { _, corners in
      corners.x == u || corners.y == u || corners.z == u || corners.x == v || corners.y == v
        || corners.z == v
    }
  }

  private mutating func isFree(
    _ mesh: borrowing HalfedgeMesh, leavingOut pair: (Face, Face)
  ) -> Bool {
    isFree(mesh) { face, _ in face == pair.0 || face == pair.1 }
  }

  @inline(__always)
  private mutating func isFree(
    _ mesh: borrowing HalfedgeMesh, _ isLeftOut: (Face, SIMD3<UInt32>) -> Bool
  ) -> Bool {
    guard var box = faces.first?.bounds else { return true }
    for face in faces { box.insert(face.bounds) }
    collect(mesh, box, isLeftOut)
    for index in faces.indices {
      let face = faces[index]
      let plane = face.triangle.plane
      if plane.isDegenerate { return false }
      for candidate in candidates where candidate.bounds.touches(face.bounds) {
        if face.isCut && candidate.isCut { continue }
        if TriangleIntersection.meet(face.triangle, candidate.triangle, plane) { return false }
      }
      for other in faces[(index + 1)...] where !(face.isCut && other.isCut) {
        if TriangleIntersection.meet(face.triangle, other.triangle, plane) { return false }
      }
    }
    return true
  }

  /// The faces near a box, without those left out.
  @inline(__always)
  private mutating func collect(
    _ mesh: borrowing HalfedgeMesh, _ box: Bounds,
    _ isLeftOut: (Face, SIMD3<UInt32>) -> Bool
  ) {
    var found: [BoxedTriangle] = []
    swap(&found, &candidates)
    found.removeAll(keepingCapacity: true)
    tree.forEachOverlap(of: box.box) { number in
      let face = Face(number)
      guard mesh.isAlive(face) else { return }
      let corners = mesh.vertices(face)
      if isLeftOut(face, corners) { return }
      found.append(boxed(mesh, Vertex(corners.x), Vertex(corners.y), Vertex(corners.z), face))
    }
    swap(&found, &candidates)
  }

  /// Takes note of the faces about `vertex` as they now are.
  mutating func update(_ mesh: borrowing HalfedgeMesh, around vertex: Vertex) {
    var turning = mesh.outgoing[vertex.slot]
    let first = turning
    repeat {
      let corners = mesh.vertices(turning.face)
      replace(
        turning.face, mesh.positions[Int(corners.x)], mesh.positions[Int(corners.y)],
        mesh.positions[Int(corners.z)])
      turning = mesh.turned(turning)
    } while turning.exists && turning != first
  }

  private mutating func replace(
    _ face: Face, _ a: SIMD3<Float>, _ b: SIMD3<Float>, _ c: SIMD3<Float>
  ) {
    let place = Int(places[face.slot])
    let (block, lane) = (place / 8, place % 8)
    let (ab, ac) = (b - a, c - a)
    for axis in 0..<3 {
      tree.corners[9 * block + axis][lane] = a[axis]
      tree.corners[9 * block + 3 + axis][lane] = ab[axis]
      tree.corners[9 * block + 6 + axis][lane] = ac[axis]
    }
    let box = BoxedTriangle(NamedTriangle(.zero, a, b, c)).bounds
    let (low, high) = (box.lower, box.upper)
    var link = blockParents[block]
    while link != .max {
      let (node, lane) = (Int(link) / 8, Int(link) % 8)
      var grew = false
      for axis in 0..<3 {
        if tree.bounds[6 * node + axis][lane] > low[axis] {
          tree.bounds[6 * node + axis][lane] = low[axis]
          grew = true
        }
        if tree.bounds[6 * node + 3 + axis][lane] < high[axis] {
          tree.bounds[6 * node + 3 + axis][lane] = high[axis]
          grew = true
        }
      }
      if !grew { return }
      link = nodeParents[node]
    }
  }
}

/// A box in two vectors.
private struct Bounds {
  var lower: SIMD4<Float>
  var upper: SIMD4<Float>

  init(_ point: SIMD3<Float>) {
    lower = SIMD4(point, 0)
    upper = lower
  }

  mutating func insert(_ other: Bounds) {
    lower = lesser(lower, other.lower)
    upper = greater(upper, other.upper)
  }

  func touches(_ other: Bounds) -> Bool {
    all(lower .<= other.upper .& other.lower .<= upper)
  }

  var box: Box {
    Box(
      minimum: SIMD3(lower.x, lower.y, lower.z), maximum: SIMD3(upper.x, upper.y, upper.z))
  }
}

/// A triangle and its box.
private struct BoxedTriangle {
  let triangle: NamedTriangle
  let bounds: Bounds
  /// Whether it cut others before anything was changed.
  let isCut: Bool

  init(_ triangle: NamedTriangle, _ isCut: Bool = false) {
    self.triangle = triangle
    self.isCut = isCut
    var bounds = Bounds(triangle.corners.0)
    bounds.insert(Bounds(triangle.corners.1))
    bounds.insert(Bounds(triangle.corners.2))
    self.bounds = bounds
  }
}
