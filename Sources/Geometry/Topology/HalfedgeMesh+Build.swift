import LinearMath

extension HalfedgeMesh {
  /// Builds the neighbourhoods of the triangles of `mesh` over exactly welded points. Triangles with two
  /// equal corners are left out.
  ///
  /// Linear time: half-edges are put into one bucket for each lower end, and matched inside it.
  package init(_ mesh: Mesh, weld: Weld) {
    positions = weld.vertexOfPoint.map { mesh.positions[Int($0)] }
    points = (0..<UInt32(positions.count)).map { $0 }
    locked = [Bool](repeating: false, count: positions.count)
    outgoing = [Halfedge](repeating: .none, count: positions.count)
    origins = []
    origins.reserveCapacity(4 * mesh.triangles.count)
    sources = []
    sources.reserveCapacity(mesh.triangles.count)
    let pointOfVertex = weld.pointOfVertex
    for (source, triangle) in mesh.triangles.enumerated() {
      let a = pointOfVertex[Int(triangle.x)]
      let b = pointOfVertex[Int(triangle.y)]
      let c = pointOfVertex[Int(triangle.z)]
      if a == b || b == c || c == a { continue }
      origins.append(Vertex(a))
      origins.append(Vertex(b))
      origins.append(Vertex(c))
      origins.append(Self.alive)
      sources.append(UInt32(source))
    }
    twins = [Halfedge](repeating: .none, count: origins.count)
    marks = [UInt8](repeating: 0, count: origins.count)
    liveFaces = sources.count
    liveVertices = 0
    pairTwins()
    hasBoundary = twins.indices.contains { $0 & 3 != 3 && !twins[$0].exists }
    separateFans()
  }

  /// Finds each half-edge's twin; locks the ends of edges that cannot have one though they have a
  /// second face.
  private mutating func pairTwins() {
    let (ends, entries) = Self.bucketed(origins, vertices: positions.count)
    Self.match(&twins, &locked, ends, entries, origins)
  }

  /// The half-edges with the higher of their ends, in a bucket for each lower end (a counting sort), and
  /// where each bucket ends.
  private static func bucketed(
    _ corners: [Vertex], vertices: Int
  ) -> (ends: [UInt32], entries: [SIMD2<UInt32>]) {
    let origins = corners.span
    var ends = [UInt32](repeating: 0, count: vertices + 1)
    var entries = [SIMD2<UInt32>](repeating: .zero, count: origins.count / 4 * 3)
    var places = ends.mutableSpan
    for base in stride(from: 0, to: origins.count, by: 4) {
      let a = origins[base].index
      let b = origins[base + 1].index
      let c = origins[base + 2].index
      places[Int(min(a, b))] &+= 1
      places[Int(min(b, c))] &+= 1
      places[Int(min(c, a))] &+= 1
    }
    var sum: UInt32 = 0
    for vertex in 0..<places.count {
      let count = places[vertex]
      places[vertex] = sum
      sum += count
    }
    var list = entries.mutableSpan
    for base in stride(from: 0, to: origins.count, by: 4) {
      for corner in 0..<3 {
        let from = origins[base + corner].index
        let to = origins[base + (corner == 2 ? 0 : corner + 1)].index
        let place = places[Int(min(from, to))]
        places[Int(min(from, to))] = place &+ 1
        let entry = SIMD2(max(from, to), UInt32(truncatingIfNeeded: base + corner))
        list[Int(place)] = entry
      }
    }
    return (ends, entries)
  }

  /// Pairs the half-edges of each bucket that have the same higher end.
  private static func match(
    _ twins: inout [Halfedge], _ locked: inout [Bool], _ ends: [UInt32],
    _ bucketed: [SIMD2<UInt32>], _ corners: [Vertex]
  ) {
    let sorted = sortedHubs(bucketed, ends)
    let origins = corners.span
    let entries = sorted.span
    var pairs = twins.mutableSpan
    var begin = 0
    for lower in 0..<ends.count - 1 {
      let end = Int(ends[lower])
      // In a hub's bucket equal ends stand side by side.
      let isHub = end - begin > hubSize
      var (from, to) = (begin, end)
      for first in begin..<end {
        let entry = entries[first]
        if isHub && (first == begin || entries[first - 1].x != entry.x) {
          (from, to) = (first, first + 1)
          while to < end && entries[to].x == entry.x { to += 1 }
        }
        let halfedge = Halfedge(entry.y)
        if pairs[halfedge.slot].exists { continue }
        var partner = Halfedge.none
        var others = 0
        if isHub {
          // All of the run are of this edge.
          others = to - from - 1
          if others == 1 { partner = Halfedge(entries[first == from ? from + 1 : from].y) }
        } else {
          for second in from..<to {
            let candidate = entries[second]
            if candidate.x == entry.x && second != first {
              others &+= 1
              partner = Halfedge(candidate.y)
            }
          }
        }
        if others == 0 { continue }
        if others == 1
          && origins[partner.slot] != origins[halfedge.slot]
        {
          pairs[halfedge.slot] = partner
          pairs[partner.slot] = halfedge
        } else {
          locked[lower] = true
          locked[Int(entry.x)] = true
        }
      }
      begin = end
    }
  }

  /// Buckets with more entries than this are sorted, so that a hub takes no longer than as many vertices.
  private static var hubSize: Int { 64 }

  private static func sortedHubs(
    _ bucketed: [SIMD2<UInt32>], _ ends: [UInt32]
  ) -> [SIMD2<UInt32>] {
    var entries = bucketed
    var begin = 0
    for end in ends.dropLast().map({ Int($0) }) {
      if end - begin > hubSize {
        entries[begin..<end].sort { ($0.x, $0.y) < ($1.x, $1.y) }
      }
      begin = end
    }
    return entries
  }

  /// Chooses `outgoing`, and gives every further fan of faces about a point a vertex of its own; locks the
  /// vertices of such points.
  private mutating func separateFans() {
    let corners = Self.chooseOutgoing(&outgoing, origins, twins)
    var severed: [Vertex] = []
    for slot in corners.indices where corners[slot] > 0 {
      liveVertices += 1
      var fan: UInt32 = 0
      forEachOutgoing(Vertex(slot)) { _ in fan += 1 }
      if fan != corners[slot] { severed.append(Vertex(slot)) }
    }
    if !severed.isEmpty { separate(severed) }
  }

  /// Gives each vertex a half-edge that leaves it, one without a twin where there is one, and counts its
  /// corners.
  private static func chooseOutgoing(
    _ outgoing: inout [Halfedge], _ corners: [Vertex], _ pairs: [Halfedge]
  ) -> [UInt32] {
    let origins = corners.span
    let twins = pairs.span
    var counts = [UInt32](repeating: 0, count: outgoing.count)
    var chosen = outgoing.mutableSpan
    var places = counts.mutableSpan
    for base in stride(from: 0, to: origins.count, by: 4) {
      for slot in base..<base + 3 {
        let vertex = origins[slot].slot
        let isFirst = places[vertex] == 0
        places[vertex] &+= 1
        if isFirst || !twins[slot].exists {
          chosen[vertex] = Halfedge(UInt32(truncatingIfNeeded: slot))
        }
      }
    }
    return counts
  }

  /// Leaves each of some vertices one fan and makes a new vertex for each other one.
  private mutating func separate(_ severed: [Vertex]) {
    var isSevered = [Bool](repeating: false, count: positions.count)
    var isClaimed = [Bool](repeating: false, count: origins.count)
    for vertex in severed {
      isSevered[vertex.slot] = true
      locked[vertex.slot] = true
      forEachOutgoing(vertex) { isClaimed[$0.slot] = true }
    }
    for slot in origins.indices where slot & 3 != 3 && !isClaimed[slot] {
      let vertex = origins[slot]
      guard isSevered[vertex.slot] else { continue }
      let start = Halfedge(UInt32(truncatingIfNeeded: slot))
      let copy = Vertex(positions.count)
      positions.append(positions[vertex.slot])
      points.append(points[vertex.slot])
      locked.append(true)
      isSevered.append(false)
      outgoing.append(start)
      settleOutgoing(copy, startingAt: start)
      var fan: [Halfedge] = []
      forEachOutgoing(copy) { fan.append($0) }
      for halfedge in fan {
        isClaimed[halfedge.slot] = true
        origins[halfedge.slot] = copy
      }
      liveVertices += 1
    }
  }

  /// Closes the gaps that removed faces and vertices left; half-edges, faces and vertices get new
  /// indices in the order of the old ones. What stays together is found together, which is what the
  /// time of a sweep over a large mesh depends on.
  ///
  /// Gives the new index of each old vertex; empty where nothing changed.
  @discardableResult
  package mutating func compact() -> [Vertex] {
    if liveFaces == faceSlots && liveVertices == positions.count { return [] }
    var vertexMap = [Vertex](repeating: Vertex(UInt32.max), count: positions.count)
    var kept = 0
    for slot in positions.indices where outgoing[slot].exists {
      vertexMap[slot] = Vertex(kept)
      positions[kept] = positions[slot]
      locked[kept] = locked[slot]
      points[kept] = points[slot]
      outgoing[kept] = outgoing[slot]
      kept += 1
    }
    positions.removeLast(positions.count - kept)
    locked.removeLast(locked.count - kept)
    points.removeLast(points.count - kept)
    outgoing.removeLast(outgoing.count - kept)

    var faceMap = [UInt32](repeating: .max, count: faceSlots)
    var keptFaces = 0
    for slot in 0..<faceSlots where isAlive(Face(slot)) {
      faceMap[slot] = UInt32(truncatingIfNeeded: keptFaces)
      sources[keptFaces] = sources[slot]
      for corner in 0..<3 {
        let (old, new) = (slot << 2 | corner, keptFaces << 2 | corner)
        origins[new] = vertexMap[origins[old].slot]
        twins[new] = twins[old]
        marks[new] = marks[old]
        if !corners.isEmpty { corners[new] = corners[old] }
      }
      origins[keptFaces << 2 | 3] = Self.alive
      keptFaces += 1
    }
    sources.removeLast(sources.count - keptFaces)
    origins.removeLast(origins.count - 4 * keptFaces)
    twins.removeLast(twins.count - 4 * keptFaces)
    marks.removeLast(marks.count - 4 * keptFaces)
    if !corners.isEmpty { corners.removeLast(corners.count - 4 * keptFaces) }
    Self.renumber(&twins, faceMap)
    Self.renumber(&outgoing, faceMap)
    return vertexMap
  }

  private static func renumber(_ halfedges: inout [Halfedge], _ faceMap: [UInt32]) {
    for index in halfedges.indices where halfedges[index].exists {
      let old = halfedges[index].index
      halfedges[index] = Halfedge(faceMap[Int(old >> 2)] << 2 | old & 3)
    }
  }

  /// The surface as a mesh without attributes, and the input triangle each of its triangles came from.
  /// Cuts close again: vertices that began as one point become one.
  package consuming func finish() -> (mesh: Mesh, sources: [Int]) {
    var renumbered = [UInt32](repeating: .max, count: positions.count)
    var ofPoint: [UInt32: UInt32] = [:]
    var kept: [SIMD3<Float>] = []
    kept.reserveCapacity(liveVertices)
    var triangles: [SIMD3<UInt32>] = []
    triangles.reserveCapacity(liveFaces)
    var from: [Int] = []
    from.reserveCapacity(liveFaces)
    for face in 0..<faceSlots where isAlive(Face(face)) {
      var triangle = SIMD3<UInt32>()
      for corner in 0..<3 {
        let vertex = origins[face << 2 | corner]
        if renumbered[vertex.slot] == .max {
          let fresh = UInt32(kept.count)
          if locked[vertex.slot], points[vertex.slot] != .max {
            if let known = ofPoint[points[vertex.slot]] {
              renumbered[vertex.slot] = known
            } else {
              ofPoint[points[vertex.slot]] = fresh
            }
          }
          if renumbered[vertex.slot] == .max {
            renumbered[vertex.slot] = fresh
            kept.append(positions[vertex.slot])
          }
        }
        triangle[corner] = renumbered[vertex.slot]
      }
      triangles.append(triangle)
      from.append(Int(sources[face]))
    }
    let mesh = Mesh(unchecked: kept, triangles: triangles, attributes: VertexAttributes())
    return (mesh, from)
  }
}
