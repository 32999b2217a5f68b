import LinearMath
import Work

/// What a vertex may do while the surface is remeshed.
enum VertexRole: UInt8 {
  /// Moves on the surface.
  case surface
  /// Moves along a feature line.
  case line
  /// Stays.
  case corner
}

/// Where remeshing makes sure, step by step, that the surface does not begin to cut itself.
enum RemeshWatch {
  case nothing
  case zones([Box])
  case everything

  var isNothing: Bool { if case .nothing = self { true } else { false } }
}

/// The state of isotropic remeshing: the surface as it is, and the surface as it was to come back to.
struct Remesher: ~Copyable {
  var mesh: HalfedgeMesh
  let original: Mesh
  let tree: BVH
  let walk: SurfaceWalk
  let lines: FeatureLines
  /// Where on which feature line each vertex is; on none where it is not inside one.
  var places: [FeatureLines.Place]
  var roles: [VertexRole] = []
  /// Edge length wanted, and what it is scaled by to reach the number of triangles that it implies.
  let length: Float
  var correction: Float = 1
  /// Number of triangles wanted.
  let wanted: Double
  /// The triangle of the input that each vertex was last projected to.
  var lastHit: [UInt32]
  /// For each triangle of `original`, the edge length wanted there; empty where it is the same everywhere.
  let sizes: [Float]
  /// For each vertex, the edge length wanted there; empty likewise.
  var vertexSizes: [Float] = []

  let keepsBoundary: Bool
  /// The ends of edges that the kernel has cut, because other than two faces have them. Their copies would be split one
  /// by one and no longer meet, so they stay.
  var cutEdges: Set<SIMD2<UInt32>>

  /// Where self-intersections are looked for, and what looks for them while faces have their numbers.
  let watch: RemeshWatch
  var gate: IntersectionGuard?

  /// The edge length wanted between two vertices.
  @inline(__always)
  func wantedLength(_ a: Vertex, _ b: Vertex) -> Float {
    if vertexSizes.isEmpty { return length * correction }
    return min(vertexSizes[a.slot], vertexSizes[b.slot]) * correction
  }

  /// Closes the gaps in the mesh and in what is known about its vertices.
  private mutating func compact() {
    let map = mesh.compact()
    if map.isEmpty { return }
    // Their ends are locked, so that each has a new number.
    cutEdges = Set(
      cutEdges.map { ends in
        let (a, b) = (map[Int(ends.x)].index, map[Int(ends.y)].index)
        return SIMD2(min(a, b), max(a, b))
      })
    for (old, new) in map.enumerated() where new.index != .max {
      lastHit[new.slot] = lastHit[old]
      places[new.slot] = places[old]
      if !vertexSizes.isEmpty { vertexSizes[new.slot] = vertexSizes[old] }
    }
    lastHit.removeLast(lastHit.count - mesh.positions.count)
    places.removeLast(places.count - mesh.positions.count)
    if !vertexSizes.isEmpty { vertexSizes.removeLast(vertexSizes.count - mesh.positions.count) }
    assignRoles()
  }

  /// Reads the role of every vertex from the marks about it.
  mutating func assignRoles() {
    roles = [VertexRole](repeating: .surface, count: mesh.positions.count)
    for slot in mesh.origins.indices where slot & 3 != 3 && mesh.marks[slot] != 0 {
      guard mesh.origins[slot | 3] == HalfedgeMesh.alive else { continue }
      roles[mesh.origins[slot].slot] = .line
      roles[mesh.target(Halfedge(UInt32(slot))).slot] = .line
    }
    for slot in roles.indices where mesh.locked[slot] { roles[slot] = .corner }
  }

  /// One round of Botsch and Kobbelt, "A remeshing approach to multiresolution modeling", 2004.
  mutating func iterate(changingCounts: Bool, _ work: WorkContext) throws {
    if changingCounts {
      try splitLong(work)
      assignRoles()
    }
    openGate()
    if changingCounts { try collapseShort(work) }
    flipTowardsSix()
    gate = nil
    compact()
    try work.checkCancelled()
    try relax(work)
  }

  /// Makes the gate for the faces as they are.
  mutating func openGate() {
    gate = watch.isNothing ? nil : IntersectionGuard(mesh, wasCut: [])
  }

  /// A vertex of so many faces that what looks at all of them, or at all pairs, would take too long.
  func isHub(_ vertex: Vertex) -> Bool { mesh.hasMoreFaces(than: 64, at: vertex) }

  /// Whether steps are looked at near some vertices and their neighbours.
  func isWatched(_ vertices: Vertex..., going point: SIMD3<Float>? = nil) -> Bool {
    guard case .zones(let zones) = watch else { return !watch.isNothing }
    if vertices.contains(where: { isHub($0) }) { return true }
    var box = Box()
    if let point { box.insert(point) }
    for vertex in vertices {
      mesh.forEachNeighbour(vertex) { box.insert(mesh.position($0)) }
      box.insert(mesh.position(vertex))
    }
    return zones.contains { $0.touches(box) }
  }
}

extension Remesher {
  /// Splits edges longer than 4/3 of what is wanted, each only when it is the longest of its faces: so
  /// what is new is always shorter, the end is near, and thin triangles are cut across (Rivara, "Algorithms
  /// for refining triangular grids suitable for adaptive and multigrid techniques", 1984).
  mutating func splitLong(_ work: WorkContext) throws {
    var isDone = false
    while !isDone {
      try work.checkCancelled()
      isDone = true
      for slot in mesh.origins.indices where slot & 3 != 3 {
        let halfedge = Halfedge(UInt32(truncatingIfNeeded: slot))
        let twin = mesh.twin(halfedge)
        if twin.exists ? twin.index < halfedge.index : stays(halfedge) { continue }
        guard excess(halfedge) > 4 / 3, canSplit(halfedge) else { continue }
        // Nothing is where the longest is of a boundary that stays.
        guard isLongest(halfedge) && (!twin.exists || isLongest(twin)) else { continue }
        isDone = false
        split(halfedge)
      }
    }
  }

  /// Whether an edge of one face is not to be split.
  private func stays(_ halfedge: Halfedge) -> Bool {
    keepsBoundary || !cutEdges.isEmpty && cutEdges.contains(mesh.ends(halfedge))
  }

  /// Whether there is anything between the ends of an edge: not where they are neighbouring numbers.
  private func canSplit(_ halfedge: Halfedge) -> Bool {
    let a = mesh.position(mesh.origin(halfedge))
    let b = mesh.position(mesh.target(halfedge))
    let middle = (a + b) * 0.5
    return length > 0 && middle != a && middle != b
  }

  /// Whether no edge of the half-edge's face is longer than it.
  private func isLongest(_ halfedge: Halfedge) -> Bool {
    let length = excess(halfedge)
    return [halfedge.next, halfedge.previous].allSatisfy { side in
      length >= excess(side) || !canSplit(side)
    }
  }

  /// The length of an edge in multiples of what is wanted.
  private func excess(_ halfedge: Halfedge) -> Float {
    let (a, b) = (mesh.origin(halfedge), mesh.target(halfedge))
    let edge = mesh.positions[b.slot] - mesh.positions[a.slot]
    return edge.length / wantedLength(a, b)
  }

  private mutating func split(_ halfedge: Halfedge) {
    let (a, b) = (mesh.origin(halfedge), mesh.target(halfedge))
    // Commutative, so that the copies of a cut edge get the same bits.
    var middle = (mesh.positions[a.slot] + mesh.positions[b.slot]) * 0.5
    let isLine = mesh.marks[halfedge.slot] != 0
    var place = FeatureLines.Place.none
    if isLine {
      let straight = middle
      (place, middle) = middleOnLine(a, b)
      // A straight cut changes no surface; the line is gone back to where that may be.
      if isWatched(a, b) { middle = straight }
    }
    _ = mesh.split(halfedge, at: middle)
    roles.append(isLine ? .line : .surface)
    places.append(place)
    lastHit.append(mesh.sources[halfedge.face.slot])
    if !vertexSizes.isEmpty {
      vertexSizes.append((vertexSizes[a.slot] + vertexSizes[b.slot]) * 0.5)
    }
  }

  /// The middle of a line between two of its vertices, by length along it.
  private func middleOnLine(_ a: Vertex, _ b: Vertex) -> (FeatureLines.Place, SIMD3<Float>) {
    let (pa, pb) = (mesh.positions[a.slot], mesh.positions[b.slot])
    return lines.middle(of: places[a.slot], pa, places[b.slot], pb)
  }

  /// Collapses edges shorter than 4/5 of what is wanted, where that makes no edge too long: the shortest
  /// first and each vertex once a round, so that the result has no grain of the order of the faces.
  mutating func collapseShort(_ work: WorkContext) throws {
    for _ in 0..<4 {
      try work.checkCancelled()
      let short = shortEdges()
      let before = mesh.liveFaces
      var isMoved = [Bool](repeating: false, count: mesh.positions.count)
      for halfedge in short where mesh.isAlive(halfedge.face) {
        let (a, b) = (mesh.origin(halfedge).slot, mesh.target(halfedge).slot)
        if isMoved[a] || isMoved[b] { continue }
        if collapse(halfedge) { (isMoved[a], isMoved[b]) = (true, true) }
      }
      if before - mesh.liveFaces <= before / 50 { return }
    }
  }

  /// The edges shorter than 4/5 of what is wanted, shortest first, in 64 classes.
  private func shortEdges() -> [Halfedge] {
    var classes = [[Halfedge]](repeating: [], count: 64)
    for slot in mesh.origins.indices where slot & 3 != 3 {
      let halfedge = Halfedge(UInt32(truncatingIfNeeded: slot))
      guard mesh.twin(halfedge).index > halfedge.index, mesh.isAlive(halfedge.face) else {
        continue
      }
      let length = excess(halfedge)
      if length < 0.8 { classes[Int(length * 80)].append(halfedge) }
    }
    return classes.flatMap { $0 }
  }

  /// Collapses one edge, into whichever end may move less, if it may.
  private mutating func collapse(_ halfedge: Halfedge) -> Bool {
    let (a, b) = (mesh.origin(halfedge), mesh.target(halfedge))
    let isLine = mesh.marks[halfedge.slot] != 0
    let (roleA, roleB) = (roles[a.slot], roles[b.slot])
    let middle = (mesh.positions[a.slot] + mesh.positions[b.slot]) * 0.5
    switch (roleA, roleB) {
    case (.surface, .surface): return merge(halfedge, at: middle)
    case (.surface, _): return merge(halfedge, at: mesh.positions[b.slot])
    case (_, .surface):
      let twin = mesh.twin(halfedge)
      return twin.exists && merge(twin, at: mesh.positions[a.slot])
    case (.line, .line) where isLine:
      let (place, point) = middleOnLine(a, b)
      guard keepsLine(a, besides: b, place, point), keepsLine(b, besides: a, place, point) else {
        return false
      }
      guard merge(halfedge, at: point) else { return false }
      places[b.slot] = place
      return true
    case (.line, .corner) where isLine:
      guard keepsLine(a, besides: b, places[b.slot], mesh.positions[b.slot]) else { return false }
      return merge(halfedge, at: mesh.positions[b.slot])
    case (.corner, .line) where isLine:
      let twin = mesh.twin(halfedge)
      guard twin.exists, keepsLine(b, besides: a, places[a.slot], mesh.positions[a.slot]) else {
        return false
      }
      return merge(twin, at: mesh.positions[a.slot])
    default: return false
    }
  }

  /// Whether the line through `vertex` stays near its old self when the vertex moves to `place` and its
  /// neighbour `other` goes.
  private func keepsLine(
    _ vertex: Vertex, besides other: Vertex, _ place: FeatureLines.Place, _ point: SIMD3<Float>
  ) -> Bool {
    for end in mesh.markedNeighbours(vertex) where end != other {
      let sagitta = lines.sagitta(
        from: places[end.slot], mesh.positions[end.slot], to: place, point)
      if sagitta > Self.lineTolerance * length { return false }
    }
    return true
  }

  /// How far, in edge lengths, a line may leave its old self to have longer edges.
  static var lineTolerance: Float { 0.045 }

  /// Removes the origin of `halfedge` and moves its target to `point`.
  private mutating func merge(_ halfedge: Halfedge, at point: SIMD3<Float>) -> Bool {
    let (u, v) = (mesh.origin(halfedge), mesh.target(halfedge))
    guard mesh.isCollapseLegal(halfedge) else { return false }
    // A line must not be drawn together with another across a face.
    let left = halfedge.previous
    if mesh.marks[left.slot] != 0 && mesh.marks[halfedge.next.slot] != 0 { return false }
    let twin = mesh.twin(halfedge)
    if twin.exists, mesh.marks[twin.next.slot] != 0, mesh.marks[twin.previous.slot] != 0 {
      return false
    }
    if isHub(u) || isHub(v) { return false }
    let limit = 4.0 / 3 * wantedLength(u, v)
    guard fits(u, without: v, at: point, limit), fits(v, without: u, at: point, limit) else {
      return false
    }
    guard staysNear(u, v, at: point) else { return false }
    if gate != nil, isWatched(u, v, going: point), !gate!.allows(mesh, u, v, at: point) {
      return false
    }
    mesh.collapse(halfedge)
    mesh.positions[v.slot] = point
    gate?.update(mesh, around: v)
    return true
  }

  /// Whether the faces about `vertex`, but for those with `other`, keep their direction and get no edge
  /// longer than `limit` when it moves to `point`.
  private func fits(
    _ vertex: Vertex, without other: Vertex, at point: SIMD3<Float>, _ limit: Float
  ) -> Bool {
    let here = mesh.positions[vertex.slot]
    var turning = mesh.outgoing[vertex.slot]
    let first = turning
    repeat {
      defer { turning = mesh.turned(turning) }
      let (b, c) = (mesh.target(turning), mesh.origin(turning.previous))
      if b != other && c != other {
        let (pb, pc) = (mesh.positions[b.slot], mesh.positions[c.slot])
        if (pb - point).lengthSquared > limit * limit { return false }
        if (pc - point).lengthSquared > limit * limit { return false }
        let old = (pb - here).cross(pc - here)
        let new = (pb - point).cross(pc - point)
        let (oldSquare, newSquare) = (old.lengthSquared, new.lengthSquared)
        // A face that has hardly an area has no direction to keep.
        let longest = max((pb - here).lengthSquared, (pc - here).lengthSquared)
        if oldSquare < 1e-6 * longest * longest { continue }
        let dot = old.dot(new)
        if dot <= 0 || dot * dot < 0.25 * oldSquare * newSquare { return false }
      }
    } while turning.exists && turning != first
    return true
  }

  /// How far, in edge lengths, faces that a collapse changes may be from the input.
  static var surfaceTolerance: Float { 0.1 }

  /// Whether the faces about two vertices that merge at `point` stay near the input.
  private func staysNear(_ u: Vertex, _ v: Vertex, at point: SIMD3<Float>) -> Bool {
    if isFlat(u) && isFlat(v) { return true }
    let tolerance = Self.surfaceTolerance * wantedLength(u, v)
    let square = tolerance * tolerance
    for (vertex, other) in [(u, v), (v, u)] {
      var turning = mesh.outgoing[vertex.slot]
      let first = turning
      repeat {
        let (b, c) = (mesh.target(turning), mesh.origin(turning.previous))
        if b != other {
          let pb = mesh.positions[b.slot]
          if !tree.isNear((pb + point) * 0.5, square: square) { return false }
          if c != other {
            let pc = mesh.positions[c.slot]
            if !tree.isNear((pb + pc + point) / 3, square: square) { return false }
          }
        }
        turning = mesh.turned(turning)
      } while turning.exists && turning != first
    }
    return true
  }

  /// Whether the faces about a vertex differ in direction by less than fifteen degrees.
  private func isFlat(_ vertex: Vertex) -> Bool {
    let here = mesh.positions[vertex.slot]
    var turning = mesh.outgoing[vertex.slot]
    let first = turning
    var sum = SIMD3<Float>.zero
    repeat {
      sum += (mesh.positions[mesh.target(turning).slot] - here)
        .cross(mesh.positions[mesh.origin(turning.previous).slot] - here)
      turning = mesh.turned(turning)
    } while turning.exists && turning != first
    turning = first
    repeat {
      let normal = (mesh.positions[mesh.target(turning).slot] - here)
        .cross(mesh.positions[mesh.origin(turning.previous).slot] - here)
      let dot = normal.dot(sum)
      if dot <= 0 || dot * dot < 0.933 * normal.lengthSquared * sum.lengthSquared { return false }
      turning = mesh.turned(turning)
    } while turning.exists && turning != first
    return true
  }
}
