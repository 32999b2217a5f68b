import Foundation
import LinearMath

/// The lines that remeshing must keep: sharp edges, boundaries, seams, and cuts at places that are not manifold.
/// Each runs from corner to corner, or round.
struct FeatureLines {
  /// A place on a line, by the length along it.
  struct Place: Equatable {
    /// -1 for no line.
    var line: Int32
    var arc: Float

    static let none = Place(line: -1, arc: 0)
  }

  /// The points of all lines, one line after another; a closed line repeats its first point at its end.
  private var points: [SIMD3<Float>] = []
  /// The length along its line at each point.
  private var arcs: [Float] = []
  /// The points of each line.
  private var ranges: [ClosedRange<Int>] = []
  private var isClosed: [Bool] = []
  private var lineOfEnds: [Ends: Int32] = [:]
  /// The places of the mesh's vertices inside lines.
  private(set) var placeOfVertex: [Place]

  /// Marks the edges of the lines, locks the corners, and walks along the lines.
  ///
  /// - Parameter angleDegrees: edges that bend by more are lines; nil for what suits the surface.
  init(_ mesh: inout HalfedgeMesh, angleDegrees: Double?) {
    placeOfVertex = [Place](repeating: .none, count: mesh.positions.count)
    Self.mark(&mesh, angleDegrees)
    for slot in mesh.positions.indices where mesh.isCorner(Vertex(slot)) {
      mesh.locked[slot] = true
    }
    // Open lines from their corners, then what is left: closed ones.
    for slot in mesh.positions.indices where mesh.locked[slot] {
      for next in mesh.markedNeighbours(Vertex(slot)) { walk(mesh, from: Vertex(slot), next) }
    }
    for slot in mesh.positions.indices where !mesh.locked[slot] && placeOfVertex[slot].line < 0 {
      guard let next = mesh.markedNeighbours(Vertex(slot)).first else { continue }
      walk(mesh, from: Vertex(slot), next)
    }
  }

  private static func mark(_ mesh: inout HalfedgeMesh, _ angleDegrees: Double?) {
    let normals = (0..<mesh.faceSlots).map { mesh.areaNormal(Face($0)).normalized }
    var cosines = [Float](repeating: 1, count: mesh.origins.count)
    for slot in mesh.origins.indices where slot & 3 != 3 {
      let twin = mesh.twins[slot]
      if twin.exists {
        cosines[slot] = normals[slot >> 2].dot(normals[twin.face.slot])
      } else {
        mesh.marks[slot] |= HalfedgeMesh.featureMark
      }
    }
    let angle = angleDegrees ?? usualAngle(mesh, cosines)
    let least = Float(cos(angle * .pi / 180))
    for slot in cosines.indices where cosines[slot] < least {
      mesh.marks[slot] |= HalfedgeMesh.featureMark
    }
  }

  /// The angle that is most likely meant: the smallest from 20 to 40 degrees at which lines are at most a
  /// tenth of the length of all edges. On a clean surface a slight bend is a feature, on a rough one noise.
  private static func usualAngle(_ mesh: borrowing HalfedgeMesh, _ cosines: [Float]) -> Double {
    let candidates: [Double] = [20, 25, 30, 35]
    let least = candidates.map { Float(cos($0 * .pi / 180)) }
    var lengths = [Double](repeating: 0, count: candidates.count)
    var total = 0.0
    for slot in cosines.indices where slot & 3 != 3 && mesh.twins[slot].exists {
      let halfedge = Halfedge(UInt32(truncatingIfNeeded: slot))
      let length = Double(
        (mesh.position(mesh.target(halfedge)) - mesh.position(mesh.origin(halfedge))).length)
      total += length
      for index in least.indices where cosines[slot] < least[index] { lengths[index] += length }
    }
    return zip(candidates, lengths).first { $0.1 <= 0.1 * total }?.0 ?? 40
  }

  /// Writes down the line that leaves `start` for `next`, unless it was walked from its other end.
  private mutating func walk(
    _ mesh: borrowing HalfedgeMesh, from start: Vertex, _ next: Vertex
  ) {
    if !mesh.locked[next.slot] && placeOfVertex[next.slot].line >= 0 { return }
    if mesh.locked[next.slot] && next.index < start.index { return }
    let begin = points.count
    let line = Int32(ranges.count)
    var (last, here) = (start, next)
    var arc: Float = 0
    append(mesh.positions[start.slot], arc)
    if !mesh.locked[start.slot] { placeOfVertex[start.slot] = Place(line: line, arc: 0) }
    while true {
      arc += (mesh.positions[here.slot] - mesh.positions[last.slot]).length
      append(mesh.positions[here.slot], arc)
      if mesh.locked[here.slot] || here == start { break }
      placeOfVertex[here.slot] = Place(line: line, arc: arc)
      let ends = mesh.markedNeighbours(here)
      (last, here) = (here, ends[0] == last ? ends[1] : ends[0])
    }
    ranges.append(begin...points.count - 1)
    let ends = Ends(points[begin], points[points.count - 1])
    let shorter = lineOfEnds[ends].map { length($0) <= arc } ?? false
    if !shorter { lineOfEnds[ends] = line }
    isClosed.append(here == start && !mesh.locked[start.slot])
  }

  private mutating func append(_ point: SIMD3<Float>, _ arc: Float) {
    points.append(point)
    arcs.append(arc)
  }

  /// The middle of the part of a line between two of its places; one or both may be corners, which have
  /// no place of their own, only a position.
  func middle(
    of a: Place, _ positionA: SIMD3<Float>, _ b: Place, _ positionB: SIMD3<Float>
  ) -> (Place, SIMD3<Float>) {
    let line = max(a.line, b.line)
    let straight = (positionA + positionB) * 0.5
    guard let line = line >= 0 ? line : self.line(between: positionA, positionB) else {
      return (.none, straight)
    }
    let near = a.line == line ? a.arc : b.line == line ? b.arc : length(line) / 2
    let first = arc(of: a, positionA, on: line, near: near)
    let second = arc(of: b, positionB, on: line, near: near)
    return settled(line, (first + second) / 2)
  }

  /// A place halfway between where it is and the middle of its two neighbours on the line.
  func relaxed(
    _ place: Place, between a: Place, _ positionA: SIMD3<Float>, _ b: Place,
    _ positionB: SIMD3<Float>
  ) -> (Place, SIMD3<Float>) {
    var first = arc(of: a, positionA, on: place.line, near: place.arc)
    var second = arc(of: b, positionB, on: place.line, near: place.arc)
    if isClosed[Int(place.line)] {
      // One neighbour is ahead and the other behind, however unevenly they are spaced.
      let total = length(place.line)
      let ahead = SIMD2(first, second) - place.arc
      let turns = ahead - (ahead / total).rounded(.down) * total
      (first, second) = (place.arc + turns.min(), place.arc + turns.max() - total)
    }
    return settled(place.line, place.arc + ((first + second) / 2 - place.arc) / 2)
  }

  /// How far the line leaves the straight way between two of its places.
  func sagitta(
    from a: Place, _ positionA: SIMD3<Float>, to b: Place, _ positionB: SIMD3<Float>
  ) -> Float {
    let line = max(a.line, b.line)
    guard line >= 0 else { return 0 }
    let near = a.line == line ? a.arc : b.arc
    let first = arc(of: a, positionA, on: line, near: near)
    let second = arc(of: b, positionB, on: line, near: near)
    let chord = positionB - positionA
    let square = chord.lengthSquared
    let (low, high) = (min(first, second), max(first, second))
    var largest: Float = 0
    // The line's own points between the two; on a closed line also those of its turn before or after.
    let total = length(line)
    for turn in isClosed[Int(line)] ? [-total, 0, total] : [0] {
      if low - turn > total || high - turn < 0 { continue }
      var index = segment(line, low - turn) + 1
      while index <= ranges[Int(line)].upperBound && arcs[index] < high - turn {
        let offset = points[index] - positionA
        let share = square > 0 ? min(max(offset.dot(chord) / square, 0), 1) : 0
        largest = max(largest, (offset - chord * share).lengthSquared)
        index += 1
      }
    }
    return largest.squareRoot()
  }

  private func length(_ line: Int32) -> Float { arcs[ranges[Int(line)].upperBound] }

  /// The length along a line at a vertex: its own, the nearest of its turns on a closed line, or for a
  /// corner that of the line's end.
  private func arc(
    of place: Place, _ position: SIMD3<Float>, on line: Int32, near: Float
  ) -> Float {
    let total = length(line)
    if place.line == line {
      guard isClosed[Int(line)] else { return place.arc }
      let turns = ((near - place.arc) / total).rounded()
      return place.arc + turns * total
    }
    let range = ranges[Int(line)]
    let (isFirst, isLast) = (
      position == points[range.lowerBound], position == points[range.upperBound]
    )
    if isFirst && isLast { return near < total / 2 ? 0 : total }
    return isFirst ? 0 : isLast ? total : near
  }

  /// A length along a line as a place inside it, and the point there.
  private func settled(_ line: Int32, _ arc: Float) -> (Place, SIMD3<Float>) {
    let total = length(line)
    var arc = arc
    if isClosed[Int(line)] {
      arc -= (arc / total).rounded(.down) * total
    } else {
      arc = min(max(arc, 0), total)
    }
    let low = segment(line, arc)
    let span = arcs[low + 1] - arcs[low]
    let share = span > 0 ? (arc - arcs[low]) / span : 0
    let point = points[low] + (points[low + 1] - points[low]) * share
    return (Place(line: line, arc: arc), point)
  }

  /// The last point of a line, but for its end, that is not behind a length along it.
  private func segment(_ line: Int32, _ arc: Float) -> Int {
    var (low, high) = (ranges[Int(line)].lowerBound, ranges[Int(line)].upperBound - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if arcs[middle] <= arc { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The line that runs from one corner to another; the shortest of several.
  private func line(between a: SIMD3<Float>, _ b: SIMD3<Float>) -> Int32? {
    lineOfEnds[Ends(a, b)]
  }

  /// Two points in either order.
  private struct Ends: Hashable {
    private let low: SIMD3<Float>
    private let high: SIMD3<Float>

    init(_ a: SIMD3<Float>, _ b: SIMD3<Float>) {
      let isOrdered = (a.x, a.y, a.z) < (b.x, b.y, b.z)
      (low, high) = isOrdered ? (a, b) : (b, a)
    }
  }
}

extension HalfedgeMesh {
  /// The other ends of the marked edges at a vertex.
  func markedNeighbours(_ vertex: Vertex) -> [Vertex] {
    var ends: [Vertex] = []
    let first = outgoing[vertex.slot]
    guard first.exists else { return ends }
    var halfedge = first
    while true {
      if marks[halfedge.slot] != 0 { ends.append(target(halfedge)) }
      let last = halfedge
      halfedge = turned(halfedge)
      if halfedge == first { return ends }
      if !halfedge.exists {
        if marks[last.previous.slot] != 0 { ends.append(origin(last.previous)) }
        return ends
      }
    }
  }

  /// Whether marked edges end, meet or turn by more than 45 degrees here.
  func isCorner(_ vertex: Vertex) -> Bool {
    let ends = markedNeighbours(vertex)
    if ends.isEmpty { return false }
    if ends.count != 2 { return true }
    let here = positions[vertex.slot]
    let first = (positions[ends[0].slot] - here).normalized
    let second = (positions[ends[1].slot] - here).normalized
    return first.dot(second) > -0.70710678
  }
}
