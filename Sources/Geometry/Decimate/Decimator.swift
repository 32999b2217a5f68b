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
  private var attributes = AttributeStar()
  /// Where collapses are looked at; empty for everywhere.
  private var zones: [Box] = []
  /// Whether the input cuts itself. Then what would make it cut itself in a new place is done all the same
  /// where everything else has become this many times as expensive: layers that lie in one another would
  /// otherwise stay as they are, and all the rest would pay for it.
  private var mayCutDearly = false
  private static var priceOfCuts: Float { 64 }
  /// Whether a triangle less than asked for is better than one more.
  private var mayOvershoot = false
  /// How far from another surface this one stays; nil for anywhere.
  var band: DistanceBand?
  /// What a unit of this surface is in the band's.
  var bandUnit: Float = 1
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
      let end = max(goal.triangles, 2 * goal.vertices)
      let done = Double(start - mesh.liveFaces) / Double(max(1, start - end))
      work.progress.update(done)
    }
  }

  /// One sweep; false when there is nothing more to do.
  mutating func sweep(guarding watch: IntersectionWatch? = nil, _ work: WorkContext) throws -> Bool
  {
    if goal.isReached(mesh) { return false }
    try work.checkCancelled()
    mayOvershoot = !mesh.hasBoundary
    mesh.compact()
    if mesh.corners.isEmpty {
      costs.refresh(mesh)
      costs.collect(mesh, into: &queue)
    } else {
      try priceAttributes(work)
    }
    moved = [Bool](repeating: false, count: mesh.positions.count)
    let missing = goal.missing(mesh)
    let before = mesh.liveFaces
    let wanted = min(3 * missing + 16, max(64, queue.count * 2 / 3))
    let limit = queue.order(cheapest: wanted)
    zones = watch?.zones ?? []
    var gate = watch.map { IntersectionGuard(mesh, wasCut: $0.wasCut) }
    mayCutDearly = watch.map { !$0.wasCut.isEmpty } ?? false
    for index in 0..<queue.orderedCount {
      if goal.isReached(mesh) { break }
      tryCollapse(queue.ordered[index], limit: limit, &gate)
    }
    // In a band the last few are not worth looking at all the others for.
    if band != nil { return before - mesh.liveFaces > before / 50 }
    if mesh.liveFaces < before { return true }
    // Nothing cheap could go: the dearer, the rest whatever it costs, then with faces turned too far.
    if queue.orderedCount < queue.count { _ = queue.order(cheapest: queue.count) }
    let stages = [
      (limit: limit * Self.priceOfCuts, mayFold: false), (.infinity, false), (.infinity, true),
    ]
    for stage in stages {
      mayOvershoot = stage.mayFold
      for index in 0..<queue.orderedCount {
        if goal.isReached(mesh) { break }
        tryCollapse(queue.ordered[index], limit: stage.limit, mayFold: stage.mayFold, &gate)
      }
      if mesh.liveFaces < before { return true }
    }
    return false
  }

  /// Puts every edge and its cost, that of its attributes included, into the queue.
  private mutating func priceAttributes(_ work: WorkContext) throws {
    queue.removeAll(room: 3 * mesh.faceSlots + 8)
    for slot in mesh.origins.indices where slot & 3 != 3 {
      if slot & 0x3FFFF == 0 { try work.checkCancelled() }
      let halfedge = Halfedge(UInt32(truncatingIfNeeded: slot))
      guard mesh.twin(halfedge).index > halfedge.index else { continue }
      guard star.gather(mesh, halfedge), let placement = chosenPlacement(halfedge) else { continue }
      queue.append(halfedge, cost: star.quadric.error(at: placement))
    }
  }

  private mutating func tryCollapse(
    _ halfedge: Halfedge, limit: Float, mayFold: Bool = true, _ gate: inout IntersectionGuard?
  ) {
    guard mesh.isAlive(halfedge.face) else { return }
    // The last odd triangle can only go at a boundary, if at all.
    if mesh.liveFaces == goal.triangles + 1, !mayOvershoot, !mesh.isBoundary(halfedge) { return }
    let (u, v) = (mesh.origin(halfedge), mesh.target(halfedge))
    if moved[u.slot] || moved[v.slot] { return }
    guard star.gather(mesh, halfedge) else { return }
    guard let placement = chosenPlacement(halfedge) else { return }
    var price = star.quadric.error(at: placement)
    guard price <= limit, star.hasLegalLink else { return }
    let foldCost = star.foldCost(at: placement)
    guard foldCost < .infinity, mayFold || foldCost == 0 else { return }
    price += foldCost
    guard price <= limit else { return }
    let position =
      placement == star.along ? mesh.positions[v.slot] : mesh.positions[u.slot] + placement
    if let band, !star.isWithin(band, unit: bandUnit, mesh.positions[u.slot], apex: placement) {
      return
    }
    if gate != nil && isWatched(position) {
      let isDear = mayCutDearly && (price * Self.priceOfCuts < limit || limit == .infinity)
      guard isDear || gate!.allows(mesh, u, v, at: position) else { return }
    }
    if mesh.locked[u.slot] {
      // v takes over what u stands for.
      mesh.locked[v.slot] = true
      mesh.points[v.slot] = mesh.points[u.slot]
      mesh.locked[u.slot] = false
    }
    if !mesh.corners.isEmpty { attributes.write(into: &mesh.corners, at: placement) }
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

  /// Where the merged vertex would go, relative to u; nil where the two may not merge. Completes the
  /// star's quadric.
  private mutating func chosenPlacement(_ halfedge: Halfedge) -> SIMD3<Float>? {
    let (u, v) = (mesh.origin(halfedge), mesh.target(halfedge))
    let (staysU, staysV) = (mesh.locked[u.slot], mesh.locked[v.slot])
    if staysU && staysV { return nil }
    if staysU || staysV, star.joinsLocked(mesh, lockedU: staysU) { return nil }
    if !mesh.corners.isEmpty {
      attributes.gather(mesh, halfedge)
      star.add(attributes.quadric)
    }
    var rank = SIMD2<Int>.zero
    if mesh.hasLines {
      guard keepsBoundary(halfedge) else { return nil }
      rank = SIMD2(lineRank(u), lineRank(v))
      if rank != .zero { star.addLines(mesh, u, v) }
      if rank.x > 0 && rank.y > 0 && !keepsLine(halfedge, rank) {
        // A vertex of another chart has no attributes for this one that could be kept.
        if keepsVertices && mesh.hasSeams { return nil }
        star.addSlide()
      }
    }
    if staysU || !staysV && rank.x > rank.y { return .zero }
    if staysV || rank.y > rank.x { return star.along }
    return keepsVertices || rank.x > 0 && !keepsLine(halfedge, rank)
      ? betterEnd : star.quadric.placement(along: star.along)
  }

  /// Two vertices of the rim merge along it only, and never the last three of a hole or an only face.
  private func keepsBoundary(_ halfedge: Halfedge) -> Bool {
    guard mesh.hasBoundary else { return true }
    let isRim = mesh.isBoundary(halfedge)
    if isRim { return !mesh.isBoundary(halfedge.next) || !mesh.isBoundary(halfedge.previous) }
    return !mesh.isBoundary(mesh.origin(halfedge)) || !mesh.isBoundary(mesh.target(halfedge))
  }

  /// Which of two vertices stays where it is: 0 inside the surface, 1 on a seam, 2 where seams meet or end,
  /// and on the boundary 3 and 4 likewise.
  private func lineRank(_ vertex: Vertex) -> Int {
    if !mesh.hasSeams { return mesh.isBoundary(vertex) ? 3 : 0 }
    var ends = 0
    mesh.forEachLineEnd(vertex) { _, _ in ends += 1 }
    return (ends == 0 ? 0 : ends == 2 ? 1 : 2) + (mesh.isBoundary(vertex) ? 2 : 0)
  }

  /// Whether merging two vertices on lines shortens one line and leaves the others as they are.
  private func keepsLine(_ halfedge: Halfedge, _ rank: SIMD2<Int>) -> Bool {
    guard mesh.isSectorEnd(halfedge), rank.min() & 1 == 1 else { return false }
    let twin = mesh.twin(halfedge)
    return [halfedge, twin].allSatisfy { side in
      !side.exists || !mesh.isSectorEnd(side.next) || !mesh.isSectorEnd(side.previous)
    }
  }

  /// The end of the edge with the smaller error.
  private var betterEnd: SIMD3<Float> {
    star.quadric.error(at: .zero) < star.quadric.error(at: star.along) ? .zero : star.along
  }
}
