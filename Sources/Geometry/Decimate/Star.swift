import LinearMath

//           l = r0                     The faces about the ends of an edge h = u -> v, as the loop of
//         /  |  \                      their outer corners, counter-clockwise:
//       r1   |    \                    l ... r along the fan of u, r ... l along the fan of v.
//      /   f |      r5                 Corner pair (r[i], r[i+1]) is the far side of a face whose apex is u
//     u -----h----> v   \              for i < split and v from there on. Where a fan is open, the loop
//      \   g |      r4  /              runs through its apex, so that the faces that are not there have
//       r2   |    /                    no area.
//         \  |  /
//           r = r3

/// The neighbourhood of an edge that is about to collapse: geometry for its quadric and its tests.
struct Star: ~Copyable {
  /// The most corners a neighbourhood may have. Edges with more wait until their ends have lost some.
  private static var room: Int { 64 }

  /// Outer corners: position relative to u, and in the last lane the bits of the vertex's index. The
  /// last is repeated behind the end, so that faces can be read in eights.
  private var ring = [SIMD4<Float>](repeating: .zero, count: room + 16)
  /// As many zeros as there is room, then as many ones: read at the right place, which faces are v's.
  private let steps =
    [Float](repeating: 0, count: room + 16) + [Float](repeating: 1, count: room + 16)
  private var count = 0
  private(set) var split = 0
  private(set) var along = SIMD3<Float>.zero
  private(set) var quadric = EdgeQuadric(
    matrix: Quadric(), linear: .zero, constant: 0, volume: 0)

  /// Reads the neighbourhood of `halfedge`; false where it is too large.
  mutating func gather(_ mesh: borrowing HalfedgeMesh, _ halfedge: Halfedge) -> Bool {
    let (u, v) = (mesh.origin(halfedge), mesh.target(halfedge))
    along = mesh.positions[v.slot] - mesh.positions[u.slot]
    (count, split) = Self.walk(&ring, mesh, halfedge)
    guard count > 0 else { return false }
    measure(hasRight: mesh.twin(halfedge).exists)
    return true
  }

  /// Writes the loop of outer corners; gives how many there are and where r stands, or zeros where they
  /// are too many.
  private static func walk(
    _ ring: inout [SIMD4<Float>], _ mesh: borrowing HalfedgeMesh, _ halfedge: Halfedge
  ) -> (count: Int, split: Int) {
    let positions = mesh.positions.span
    let origins = mesh.origins.span
    let twins = mesh.twins.span
    var corners = ring.mutableSpan
    let twin = twins[halfedge.slot]
    let (u, v) = (origins[halfedge.slot], origins[halfedge.next.slot])
    let base = positions[u.slot]
    let none = Float(bitPattern: .max)
    var count = 0
    // The fan of u from the face of h to that of its twin, then the fan of v from there to h's face.
    var turning = halfedge
    var last = twin.exists ? twin.next : halfedge
    while true {
      if count > room { return (0, 0) }
      let far = origins[turning.previous.slot]
      let relative = positions[far.slot] - base
      corners[count] = SIMD4(relative, Float(bitPattern: far.index))
      count &+= 1
      turning = twins[turning.previous.slot]
      if !turning.exists {
        corners[count] = SIMD4(.zero, none)
        count += 1
        turning = mesh.outgoing[u.slot]
        if turning != halfedge {
          let near = origins[turning.next.slot]
          corners[count] = SIMD4(positions[near.slot] - base, Float(bitPattern: near.index))
          count += 1
        }
      }
      if turning == last { break }
    }
    let split = count - 1
    turning = twin.exists ? twins[twin.previous.slot] : .none
    last = halfedge.next
    while true {
      if count > room { return (0, 0) }
      if !turning.exists {
        corners[count] = SIMD4(positions[v.slot] - base, none)
        turning = mesh.outgoing[v.slot]
        let near = origins[turning.next.slot]
        corners[count + 1] = SIMD4(positions[near.slot] - base, Float(bitPattern: near.index))
        count += 2
      }
      if turning == last { break }
      let far = origins[turning.previous.slot]
      let relative = positions[far.slot] - base
      corners[count] = SIMD4(relative, Float(bitPattern: far.index))
      count &+= 1
      turning = twins[turning.previous.slot]
    }
    let end = corners[count - 1]
    for index in count..<count + 9 { corners[index] = end }
    return (count, split)
  }

  /// Whether the faces that a collapse would leave, with their apex at a place relative to u, stay in a
  /// band about another surface.
  func isWithin(
    _ band: DistanceBand, unit: Float, _ base: SIMD3<Float>, apex: SIMD3<Float>
  ) -> Bool {
    func holds(_ relative: SIMD3<Float>) -> Bool { band.holds((base + relative) * unit) }
    guard holds(apex) else { return false }
    var last = ring[count - 1].firstThree
    for index in 0..<count {
      let corner = ring[index].firstThree
      let normal = (last - apex).cross(corner - apex)
      guard holds((apex + corner) / 2),
        band.holds((base + (apex + corner + last) / 3) * unit, facing: normal)
      else { return false }
      last = corner
    }
    return true
  }

  /// The corners of eight faces, one a lane.
  @inline(__always)
  private func lanes(_ start: Int) -> Lanes3 {
    let corners = ring.span
    let a = corners[start]
    let b = corners[start + 1]
    let c = corners[start + 2]
    let d = corners[start + 3]
    let e = corners[start + 4]
    let f = corners[start + 5]
    let g = corners[start + 6]
    let h = corners[start + 7]
    return Lanes3(
      SIMD8(a.x, b.x, c.x, d.x, e.x, f.x, g.x, h.x),
      SIMD8(a.y, b.y, c.y, d.y, e.y, f.y, g.y, h.y),
      SIMD8(a.z, b.z, c.z, d.z, e.z, f.z, g.z, h.z))
  }

  /// 1 in the lanes of faces whose apex is v, 0 in those of u.
  @inline(__always)
  private func share(_ start: Int) -> SIMD8<Float> {
    let table = steps.span
    let i = Self.room + 16 - split + start
    return SIMD8(
      table[i], table[i + 1], table[i + 2],
      table[i + 3], table[i + 4], table[i + 5],
      table[i + 6], table[i + 7])
  }

  /// Old area normals of eight faces, by the apexes they have now.
  @inline(__always)
  private func normals(_ start: Int, _ near: Lanes3, _ far: Lanes3) -> Lanes3 {
    let apex = Lanes3(repeating: along) * share(start)
    return (near - apex).cross(far - apex)
  }

  /// Sums the quadric over the faces.
  @inline(__always)
  private mutating func measure(hasRight: Bool) {
    var matrix = Quadric()
    var linear = SIMD3<Float>.zero
    var constant: Float = 0
    var volume: Float = 0
    let axis = Lanes3(repeating: along)
    for start in stride(from: 0, to: count - 1, by: 8) {
      let normal = normals(start, lanes(start), lanes(start + 1))
      let offset = normal.dot(axis) * share(start)
      let (nx, ny, nz) = (normal.x, normal.y, normal.z)
      let (xy, xz, yz) = ((nx * ny).sum(), (nx * nz).sum(), (ny * nz).sum())
      matrix.x += SIMD3((nx * nx).sum(), xy, xz)
      matrix.y += SIMD3(xy, (ny * ny).sum(), yz)
      matrix.z += SIMD3(xz, yz, (nz * nz).sum())
      matrix.normal += normal.sum
      linear += (normal * offset).sum
      constant += (offset * offset).sum()
      volume += offset.sum()
    }
    // The edge's own faces.
    matrix.add(areaNormal: along.cross(corner(0)))
    if hasRight { matrix.add(areaNormal: corner(split).cross(along)) }
    quadric = EdgeQuadric(matrix: matrix, linear: linear, constant: constant, volume: volume)
  }

  /// Adds what the boundaries and seams at the two ends say, each of their edges once.
  mutating func addLines(_ mesh: borrowing HalfedgeMesh, _ u: Vertex, _ v: Vertex) {
    for (vertex, other) in [(u, v), (v, u)] {
      let here = mesh.positions[vertex.slot]
      mesh.forEachLineEnd(vertex) { end, isSeam in
        // The edge between the two counts with u.
        if end == other && vertex == v { return }
        var line = Quadric()
        line.add(boundaryEdge: mesh.positions[end.slot] - here)
        if isSeam { line *= AttributeWeights.seam }
        quadric.matrix.x += line.x
        quadric.matrix.y += line.y
        quadric.matrix.z += line.z
        if vertex == v {
          let mapped = line * along
          quadric.linear += mapped
          quadric.constant += along.dot(mapped)
        }
      }
    }
  }

  /// Adds another error.
  mutating func add(_ other: EdgeQuadric) {
    quadric.matrix.x += other.matrix.x
    quadric.matrix.y += other.matrix.y
    quadric.matrix.z += other.matrix.z
    quadric.linear += other.linear
    quadric.constant += other.constant
  }

  /// Adds what it costs that lines no longer run where they ran: as if all faces were off by the length of
  /// the edge.
  mutating func addSlide() {
    quadric.constant += quadric.matrix.trace * along.lengthSquared
  }

  /// The least cosine between a face's old and new normal: about 78 degrees.
  private static var leastCosine: Float { 0.2 }

  /// What it costs that faces turn too far when both apexes move to `point`, as if they were off by the
  /// length of the edge: nothing where none does, more than any error where one would lose its area.
  ///
  /// A price and not a ban, since a wire's bend can only become a corner by turning faces; where what
  /// turns is large, something else is always cheaper.
  func foldCost(at point: SIMD3<Float>) -> Float {
    let apex = Lanes3(repeating: point)
    let leastSquare = Self.leastCosine * Self.leastCosine
    var folded: Float = 0
    for start in stride(from: 0, to: count - 1, by: 8) {
      let (near, far) = (lanes(start), lanes(start + 1))
      let old = normals(start, near, far)
      let new = (near - apex).cross(far - apex)
      let dot = old.dot(new)
      let (oldSquare, newSquare) = (old.lengthSquared, new.lengthSquared)
      let bound: SIMD8<Float> = oldSquare * newSquare * leastSquare
      let isFolded = (dot .<= 0 .| dot * dot .< bound) .& (oldSquare .> 0)
      if !any(isFolded) { continue }
      if any(newSquare .<= 0 .& isFolded) { return .infinity }
      folded += SIMD8<Float>.zero.replacing(with: newSquare, where: isFolded).sum()
    }
    return folded * along.lengthSquared
  }

  /// The box of the outer corners and one more point.
  func bounds(_ mesh: borrowing HalfedgeMesh, with point: SIMD3<Float>) -> Box {
    var box = Box()
    box.insert(point)
    for index in 0..<count where ring[index].w.bitPattern != .max {
      box.insert(mesh.positions[Int(ring[index].w.bitPattern)])
    }
    return box
  }

  /// Whether the merged vertex would get a new edge to a locked vertex, when it is locked itself: on the
  /// other side of a cut there may be such an edge already.
  func joinsLocked(_ mesh: borrowing HalfedgeMesh, lockedU: Bool) -> Bool {
    let fresh = lockedU ? (split + 1)..<max(split + 1, count - 1) : 1..<max(1, split)
    for index in fresh {
      let corner = ring[index].w.bitPattern
      if corner != .max && mesh.locked[Int(corner)] { return true }
    }
    return false
  }

  @inline(__always)
  private func corner(_ index: Int) -> SIMD3<Float> {
    let corner = ring[index]
    return SIMD3(corner.x, corner.y, corner.z)
  }

  /// Whether the ends of the edge share no neighbour but the apexes of its faces, and leave enough of
  /// them: the link condition.
  var hasLegalLink: Bool {
    let end = count - 1
    if end < 3 { return false }
    let corners = ring.span
    for first in 1..<max(1, split) {
      let vertex = corners[first].w.bitPattern
      for second in (split + 1)..<max(split + 1, end) {
        if corners[second].w.bitPattern == vertex && vertex != .max {
          return false
        }
      }
    }
    return true
  }
}

extension SIMD4<Float> {
  fileprivate var firstThree: SIMD3<Float> { SIMD3(x, y, z) }
}
