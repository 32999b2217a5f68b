import LinearMath
import Work

/// When to stop.
struct DecimationGoal {
  var triangles = 0
  var vertices = 0

  func isReached(_ mesh: borrowing HalfedgeMesh) -> Bool {
    mesh.liveFaces <= triangles || mesh.liveVertices <= vertices
  }

  /// About how many collapses are missing.
  func missing(_ mesh: borrowing HalfedgeMesh) -> Int {
    max(0, min((mesh.liveFaces - triangles + 1) / 2, mesh.liveVertices - vertices))
  }
}

/// Edge collapse in sweeps: each prices all edges at once, then collapses the cheap ones in the order of
/// their price, each priced again as its neighbourhood then is. No heap, and the order is that of a heap
/// but for what changes within a sweep.
struct Decimator: ~Copyable {
  var mesh: HalfedgeMesh
  var goal: DecimationGoal
  /// Whether merged vertices stay at one of the old places.
  let keepsVertices: Bool
  private var costs = EdgeCosts()
  private var queue = CollapseQueue()
  private var star = Star()
  /// Where collapses are looked at; empty for everywhere.
  private var zones: [Box] = []
  /// How much of its direction a face must keep.
  private var leastCosine = Star.allowedTurns[0]
  /// The vertices that a collapse has moved in this sweep.
  private var moved: [Bool] = []

  init(_ mesh: consuming HalfedgeMesh, goal: DecimationGoal, keepsVertices: Bool) {
    self.mesh = mesh
    self.goal = goal
    self.keepsVertices = keepsVertices
  }

  /// Collapses until the goal is reached or nothing more may be collapsed. With a watch, no collapse
  /// that it looks at may make the surface cut itself.
  mutating func run(guarding watch: IntersectionWatch? = nil, _ work: WorkContext) throws {
    let start = mesh.liveFaces
    while try sweep(guarding: watch, work) {
      let done = Double(start - mesh.liveFaces) / Double(max(1, start - goal.triangles))
      work.progress.update(done)
    }
  }

  /// One sweep; false when there is nothing more to do.
  mutating func sweep(guarding watch: IntersectionWatch? = nil, _ work: WorkContext) throws -> Bool
  {
    if goal.isReached(mesh) { return false }
    try work.checkCancelled()
    mesh.compact()
    costs.refresh(mesh)
    costs.collect(mesh, into: &queue)
    moved = [Bool](repeating: false, count: mesh.positions.count)
    let missing = goal.missing(mesh)
    let before = mesh.liveFaces
    let wanted = min(3 * missing + 16, max(64, queue.count * 2 / 3))
    let limit = queue.order(cheapest: wanted)
    zones = watch?.zones ?? []
    var gate = watch.map { IntersectionGuard(mesh, wasCut: $0.wasCut) }
    for index in 0..<queue.orderedCount {
      if goal.isReached(mesh) { break }
      tryCollapse(queue.ordered[index], limit: limit, &gate)
    }
    if mesh.liveFaces < before { return true }
    // Nothing cheap could go: the rest, whatever it costs, then with faces turned further than is good.
    if queue.orderedCount < queue.count { _ = queue.order(cheapest: queue.count) }
    for allowedTurn in Star.allowedTurns {
      leastCosine = allowedTurn
      defer { leastCosine = Star.allowedTurns[0] }
      for index in 0..<queue.orderedCount {
        if goal.isReached(mesh) { break }
        tryCollapse(queue.ordered[index], limit: .infinity, &gate)
      }
      if mesh.liveFaces < before { return true }
    }
    return false
  }

  private mutating func tryCollapse(
    _ halfedge: Halfedge, limit: Float, _ gate: inout IntersectionGuard?
  ) {
    guard mesh.isAlive(halfedge.face) else { return }
    let (u, v) = (mesh.origin(halfedge), mesh.target(halfedge))
    if moved[u.slot] || moved[v.slot] { return }
    guard star.gather(mesh, halfedge) else { return }
    guard let placement = chosenPlacement(halfedge, u, v) else { return }
    guard star.quadric.error(at: placement) <= limit else { return }
    guard star.hasLegalLink, star.keepsOrientation(at: placement, leastCosine) else { return }
    let position =
      placement == star.along ? mesh.positions[v.slot] : mesh.positions[u.slot] + placement
    if gate != nil && isWatched(position) {
      guard gate!.allows(mesh, u, v, at: position) else { return }
    }
    if mesh.locked[u.slot] {
      // v takes over what u stands for.
      mesh.locked[v.slot] = true
      mesh.points[v.slot] = mesh.points[u.slot]
      mesh.locked[u.slot] = false
    }
    mesh.collapse(halfedge)
    mesh.positions[v.slot] = position
    moved[v.slot] = true
    gate?.update(mesh, around: v)
  }

  /// Whether the faces about the star's edge, with their apex at `position`, come near a zone.
  private func isWatched(_ position: SIMD3<Float>) -> Bool {
    if zones.isEmpty { return true }
    let box = star.bounds(mesh, with: position)
    return zones.contains { $0.touches(box) }
  }

  /// Where the merged vertex would go, relative to u; nil where the two may not merge.
  private mutating func chosenPlacement(
    _ halfedge: Halfedge, _ u: Vertex, _ v: Vertex
  ) -> SIMD3<Float>? {
    let (staysU, staysV) = (mesh.locked[u.slot], mesh.locked[v.slot])
    if staysU && staysV { return nil }
    if staysU || staysV, star.joinsLocked(mesh, lockedU: staysU) { return nil }
    guard mesh.hasBoundary || staysU || staysV else {
      let free = star.quadric.placement(along: star.along)
      return keepsVertices ? betterEnd : free
    }
    let (rimU, rimV) = (mesh.isBoundary(u), mesh.isBoundary(v))
    if rimU || rimV {
      // Two vertices of the rim merge along it only, and never the last three of a hole or an only face.
      if rimU && rimV && !mesh.isBoundary(halfedge) { return nil }
      if mesh.isBoundary(halfedge) && mesh.isBoundary(halfedge.next)
        && mesh.isBoundary(halfedge.previous)
      {
        return nil
      }
      star.addBoundaries(mesh, u, v)
    }
    if staysU || rimU && !rimV && !staysV { return .zero }
    if staysV || rimV && !rimU { return star.along }
    return keepsVertices ? betterEnd : star.quadric.placement(along: star.along)
  }

  /// The end of the edge with the smaller error.
  private var betterEnd: SIMD3<Float> {
    star.quadric.error(at: .zero) < star.quadric.error(at: star.along) ? .zero : star.along
  }
}
