import Geometry
import LinearMath
import Work

/// A surface whose vertices ask what stands between them and the light.
struct LightReceiver: Sendable {
  private(set) var mesh: Mesh
  let lobe: HemisphereRays
  private var rays: Int { lobe.count }
  /// What the rays of each vertex meet, one vertex after another.
  private(set) var met: [UInt32] = []
  /// The share of each vertex's view that is hidden.
  private(set) var hidden: [Float] = []

  init(_ mesh: Mesh, _ lobe: HemisphereRays) { (self.mesh, self.lobe) = (mesh, lobe) }

  func normal(_ vertex: Int) -> SIMD3<Float> { mesh.attributes.normals[vertex].normalized }

  func met(_ vertex: Int) -> ArraySlice<UInt32> { met[rays * vertex..<rays * (vertex + 1)] }

  /// Sends the rays of the vertices that have not sent theirs.
  mutating func look(_ caster: LightCaster, _ work: WorkContext) throws {
    let (mesh, lobe, first) = (mesh, lobe, hidden.count)
    var found = [UInt32](
      repeating: LightCaster.none, count: rays * (mesh.positions.count - first))
    let rays = rays
    try parallelFill(&found, chunk: rays * 64, work) { offset, piece in
      for start in stride(from: 0, to: piece.count, by: rays) {
        let vertex = first + (offset + start) / rays
        let normal = mesh.attributes.normals[vertex].normalized
        let origin = mesh.positions[vertex] + normal * 2e-3
        for ray in 0..<rays where lobe.directions[ray].dot(normal) > 0 {
          piece[start + ray] = caster.blocker(from: origin, along: lobe.directions[ray])
        }
      }
    }
    met += found
    for vertex in first..<mesh.positions.count {
      hidden.append(lobe.hidden(normal(vertex), met(vertex)))
    }
  }

  /// Edges between vertices that see very differently, by their ends.
  func steepEdges(longerThan length: Float) -> Set<LightEdge> {
    var edges: Set<LightEdge> = []
    for triangle in mesh.triangles {
      for corner in 0..<3 {
        let (a, b) = (Int(triangle[corner]), Int(triangle[(corner + 1) % 3]))
        let isSteep = abs(hidden[a] - hidden[b]) > 0.1
        if isSteep, (mesh.positions[a] - mesh.positions[b]).lengthSquared > length * length {
          edges.insert(LightEdge(mesh.positions[a], mesh.positions[b]))
        }
      }
    }
    return edges
  }

  /// Halves these edges. Surfaces that meet in one must all do so, or gaps would open.
  mutating func halve(_ edges: Set<LightEdge>) {
    let positions = mesh.positions
    mesh = mesh.halvingEdges { a, b in
      edges.contains(LightEdge(positions[Int(a)], positions[Int(b)]))
    }
  }

  /// Vertices that lie inside other objects: most of what they see are backs.
  var buried: [Bool] {
    mesh.positions.indices.map { vertex in
      met(vertex).count { $0 != LightCaster.none && $0 & LightCaster.backBit != 0 } > rays * 7 / 20
    }
  }
}

/// An edge by the places of its ends, in either order.
struct LightEdge: Hashable, Sendable {
  private let low, high: SIMD3<Float>

  init(_ a: SIMD3<Float>, _ b: SIMD3<Float>) {
    let isOrdered = (a.x, a.y, a.z) < (b.x, b.y, b.z)
    (low, high) = isOrdered ? (a, b) : (b, a)
  }
}
