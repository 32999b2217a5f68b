import LinearMath
import Work

/// Where a decimation looks for self-intersections at every step.
struct IntersectionWatch {
  /// Of the input's triangles, which cut others from the beginning; empty for none.
  var wasCut: [Bool] = []
  /// Only collapses near these boxes are looked at; empty for all.
  var zones: [Box] = []

  /// With more zones than this it is quicker to look everywhere.
  static var mostZones: Int { 256 }
}

extension Decimator {
  /// Collapses without looking, then looks. Where the result cuts itself, goes back to the last state that
  /// was sound there and does the rest again, looking at the steps near such places; at last, if need be,
  /// everything again from the beginning, looking at every step. Looking is what costs, and few places
  /// need it.
  mutating func runGuarded(from input: borrowing HalfedgeMesh, _ work: WorkContext) throws {
    var states: [State] = []
    // A closed surface has twice as many faces as vertices.
    let end = max(goal.triangles, 2 * goal.vertices)
    while true {
      if mesh.liveFaces <= 6 * end {
        mesh.compact()
        states.append(State(mesh: mesh.copy()))
      }
      guard try sweep(work) else { break }
      work.progress.update(
        Double(input.liveFaces - mesh.liveFaces) / Double(max(1, input.liveFaces - end)))
    }
    var zones: [Box] = []
    for _ in 0..<4 {
      let found = try mesh.cutZones(work)
      if found.isEmpty { return }
      zones += found
      if zones.count > IntersectionWatch.mostZones { break }
      // Where the first state was not sound, the later ones hardly are.
      guard try states.first?.mesh.isSound(in: zones, work) ?? false else { break }
      guard let state = try states.last(where: { try $0.mesh.isSound(in: zones, work) }) else {
        break
      }
      mesh = state.mesh.copy()
      try run(guarding: IntersectionWatch(zones: zones), work)
    }
    if try !mesh.cutFaces(work).contains(true) { return }
    mesh = input.copy()
    try run(guarding: IntersectionWatch(wasCut: try input.cutSources(work)), work)
  }
}

/// A surface on the way. A class, since noncopyable values do not go into arrays.
private final class State {
  let mesh: HalfedgeMesh

  init(mesh: consuming HalfedgeMesh) { self.mesh = mesh }
}

extension HalfedgeMesh {
  /// Which triangles of the input, by their number, cut others in this surface; empty for none.
  func cutSources(_ work: WorkContext) throws -> [Bool] {
    let cut = try cutFaces(work)
    guard cut.contains(true) else { return [] }
    var wasCut = [Bool](repeating: false, count: Int(sources.max() ?? 0) + 1)
    let alive = (0..<faceSlots).filter { isAlive(Face($0)) }
    for (face, isCut) in zip(alive, cut) where isCut { wasCut[Int(sources[face])] = true }
    return wasCut
  }

  /// Which of the living faces, in order, meet others beyond what they share.
  func cutFaces(_ work: WorkContext) throws -> [Bool] {
    var triangles: [SIMD3<UInt32>] = []
    triangles.reserveCapacity(liveFaces)
    for face in 0..<faceSlots where isAlive(Face(face)) { triangles.append(vertices(Face(face))) }
    return try cutFaces(among: triangles, work)
  }

  /// The boxes of the faces that meet others, each as far again to all sides: where to be careful.
  func cutZones(_ work: WorkContext) throws -> [Box] {
    let alive = (0..<faceSlots).filter { isAlive(Face($0)) }
    return zip(alive, try cutFaces(work)).filter { $0.1 }.map { face, _ in
      let box = bounds(Face(face))
      let margin = SIMD3(repeating: box.diagonal / 2)
      return Box(minimum: box.minimum - margin, maximum: box.maximum + margin)
    }
  }

  /// Whether no two faces that touch any of the zones meet beyond what they share.
  func isSound(in zones: [Box], _ work: WorkContext) throws -> Bool {
    let all = Box(zones.flatMap { [$0.minimum, $0.maximum] })
    var triangles: [SIMD3<UInt32>] = []
    for slot in 0..<faceSlots where isAlive(Face(slot)) {
      let box = bounds(Face(slot))
      if box.touches(all), zones.contains(where: { $0.touches(box) }) {
        triangles.append(vertices(Face(slot)))
      }
    }
    return try !cutFaces(among: triangles, work).contains(true)
  }

  private func bounds(_ face: Face) -> Box {
    let corners = vertices(face)
    return Box((0..<3).map { positions[Int(corners[$0])] })
  }

  private func cutFaces(
    among triangles: [SIMD3<UInt32>], _ work: WorkContext
  ) throws -> [Bool] {
    let tree = BVH(positions: positions, triangles: triangles, quick: true)
    let names = locked.contains(true) ? positions.indices.map { name(Vertex($0)) } : []
    return try Mesh.intersecting(triangles, positions, names: names, tree, work)
  }
}
