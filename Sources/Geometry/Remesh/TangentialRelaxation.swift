import LinearMath
import Work

extension Remesher {
  /// Moves every vertex towards the middle of its neighbours, along the surface or its line, and then onto
  /// the input: all from the same state, so that the order does not matter, but for those that are watched,
  /// one after another and each only where it may go.
  mutating func relax(_ work: WorkContext) throws {
    let (old, oldPlaces) = (mesh.positions, places)
    var placed = [Placement](
      repeating: Placement(position: .zero, hit: 0, place: .none), count: old.count)
    var watched: [Int] = []
    for slot in placed.indices where mesh.outgoing[slot].exists {
      placed[slot] = place(Vertex(slot))
      if isWatched(Vertex(slot)) { watched.append(slot) }
    }
    for slot in watched { placed[slot].position = old[slot] }
    for slot in placed.indices where placed[slot].position != old[slot] {
      mesh.positions[slot] = placed[slot].position
      setHit(slot, placed[slot].hit)
      places[slot] = placed[slot].place
    }
    undoFlips(old, oldPlaces)
    if !watched.isEmpty { try relaxGuarded(watched, work) }
  }

  private mutating func relaxGuarded(_ vertices: [Int], _ work: WorkContext) throws {
    openGate()
    for (index, slot) in vertices.enumerated() {
      if index & 4095 == 0 { try work.checkCancelled() }
      if isHub(Vertex(slot)) { continue }
      let placement = place(Vertex(slot))
      guard placement.position != mesh.positions[slot] else { continue }
      guard keepsFaces(Vertex(slot), at: placement.position),
        gate!.allows(mesh, Vertex(slot), Vertex(slot), at: placement.position)
      else { continue }
      mesh.positions[slot] = placement.position
      setHit(slot, placement.hit)
      places[slot] = placement.place
      gate!.update(mesh, around: Vertex(slot))
    }
    gate = nil
  }

  /// Takes note of where on the input a vertex is.
  private mutating func setHit(_ slot: Int, _ triangle: UInt32) {
    lastHit[slot] = triangle
    if !sizes.isEmpty { vertexSizes[slot] = sizes[Int(triangle)] }
  }

  /// Whether no face about a vertex turns by more than 60 degrees when it moves.
  private func keepsFaces(_ vertex: Vertex, at point: SIMD3<Float>) -> Bool {
    var isKept = true
    let here = mesh.position(vertex)
    mesh.forEachOutgoing(vertex) { halfedge in
      let b = mesh.position(mesh.target(halfedge))
      let c = mesh.position(mesh.origin(halfedge.previous))
      let (old, new) = ((b - here).cross(c - here), (b - point).cross(c - point))
      let dot = old.dot(new)
      if dot <= 0 || dot * dot < 0.25 * old.lengthSquared * new.lengthSquared { isKept = false }
    }
    return isKept
  }

  /// Where a vertex goes, and where on the input that is.
  struct Placement {
    var position: SIMD3<Float>
    var hit: UInt32
    var place: FeatureLines.Place
  }

  private func place(_ vertex: Vertex) -> Placement {
    let here = mesh.positions[vertex.slot]
    var placement = Placement(
      position: here, hit: lastHit[vertex.slot], place: places[vertex.slot])
    switch roles[vertex.slot] {
    case .corner: break
    case .line:
      let ends = mesh.markedNeighbours(vertex)
      guard ends.count == 2, placement.place.line >= 0 else { break }
      let (a, b) = (ends[0].slot, ends[1].slot)
      let (place, position) = lines.relaxed(
        placement.place, between: places[a], mesh.positions[a], places[b], mesh.positions[b])
      // Even steps are not worth a worse line.
      func sagitta(_ place: FeatureLines.Place, _ position: SIMD3<Float>) -> Float {
        max(
          lines.sagitta(from: places[a], mesh.positions[a], to: place, position),
          lines.sagitta(from: place, position, to: places[b], mesh.positions[b]))
      }
      let after = sagitta(place, position)
      if after <= Self.lineTolerance * length || after <= sagitta(placement.place, here) {
        (placement.place, placement.position) = (place, position)
      }
    case .surface:
      let (target, normal) = relaxed(vertex)
      (placement.position, placement.hit) = project(
        target, from: here, facing: normal, placement.hit)
    }
    return placement
  }

  /// The mean of the centres of the faces about a vertex, weighted by their areas, without what of the way
  /// there leaves the tangent plane.
  private func relaxed(_ vertex: Vertex) -> (point: SIMD3<Float>, normal: SIMD3<Float>) {
    let here = mesh.positions[vertex.slot]
    var normal = SIMD3<Float>.zero
    var sum = SIMD3<Float>.zero
    var total: Float = 0
    var turning = mesh.outgoing[vertex.slot]
    let first = turning
    repeat {
      let b = mesh.positions[mesh.target(turning).slot] - here
      let c = mesh.positions[mesh.origin(turning.previous).slot] - here
      let area = b.cross(c)
      let weight = area.length
      normal += area
      sum += (b + c) * weight
      total += weight
      turning = mesh.turned(turning)
    } while turning.exists && turning != first
    guard total > 0 else { return (here, normal) }
    let step = sum / (3 * total)
    let unit = normal.normalized
    return (here + (step - unit * unit.dot(step)), unit)
  }

  /// The closest point of the input, on its side that `normal` points to: by a walk from the triangle hit
  /// last, or where that ends farther away than the vertex has moved, by a search.
  private func project(
    _ target: SIMD3<Float>, from here: SIMD3<Float>, facing normal: SIMD3<Float>, _ hit: UInt32
  ) -> (SIMD3<Float>, UInt32) {
    let way = (here - target).lengthSquared
    if let (point, triangle) = walk.nearest(to: target, from: hit),
      (point - target).lengthSquared <= way
    {
      return (point, triangle)
    }
    let (a, b, c) = original.corners(Int(hit))
    let seed = closestPointOnTriangle(target, a, b, c)
    let bound = (seed - target).length * 1.00001 + 1e-30
    guard let found = tree.closestPoint(to: target, within: bound, facing: normal) else {
      return (seed, hit)
    }
    return (found.point, UInt32(found.triangle))
  }

  /// Puts the vertices of faces back that have turned over or lost their area, and those of faces that
  /// this turns over in turn.
  private mutating func undoFlips(
    _ old: [SIMD3<Float>], _ oldPlaces: [FeatureLines.Place]
  ) {
    var hasFlip = true
    var rounds = 0
    while hasFlip && rounds < 10 {
      hasFlip = false
      rounds += 1
      for face in 0..<mesh.faceSlots where mesh.isAlive(Face(face)) {
        let t = mesh.vertices(Face(face))
        let (i, j, k) = (Int(t.x), Int(t.y), Int(t.z))
        let before = (old[j] - old[i]).cross(old[k] - old[i])
        let a = mesh.positions[i]
        let after = (mesh.positions[j] - a).cross(mesh.positions[k] - a)
        let dot = before.dot(after)
        let isSound = dot > 0 && dot * dot >= 0.25 * before.lengthSquared * after.lengthSquared
        if isSound || before.lengthSquared == 0 { continue }
        if a == old[i] && mesh.positions[j] == old[j] && mesh.positions[k] == old[k] { continue }
        for slot in [i, j, k] {
          mesh.positions[slot] = old[slot]
          places[slot] = oldPlaces[slot]
        }
        hasFlip = true
      }
    }
  }
}
