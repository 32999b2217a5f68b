import LinearMath
import Work

/// A result with the attributes of the surface it came from.
struct AttributeTransfer {
  private let source: Mesh
  private let surface: SourceSurface
  /// Whether every vertex of the result is one of the source.
  private let isSubset: Bool

  /// - Parameter kernel: the input with its seams marked, before any operator.
  init(
    from source: Mesh, _ kernel: borrowing HalfedgeMesh, isSubset: Bool, _ work: WorkContext
  ) throws {
    self.source = source
    self.isSubset = isSubset
    surface = try SourceSurface(source, kernel, isForVertices: isSubset, work)
  }

  /// A vertex of the result to be: a point and, of the corners there, those that share their attributes.
  private struct Wedge {
    let position: SIMD3<Float>
    let place: SurfacePoint
    var normal: SIMD3<Float>
    let corners: [Halfedge]
  }

  /// The surface of `result`, one vertex for every sector of a vertex, and where normals jump inside a
  /// sector more; and the input triangle each triangle came from.
  func finish(
    _ result: consuming HalfedgeMesh, _ work: WorkContext
  ) throws -> (mesh: Mesh, sources: [Int]) {
    result.compact()
    let wedges = try wedges(result, work)
    var vertexOfCorner = [UInt32](repeating: 0, count: result.origins.count)
    for (index, wedge) in wedges.enumerated() {
      for corner in wedge.corners { vertexOfCorner[corner.slot] = UInt32(index) }
    }
    let triangles = stride(from: 0, to: vertexOfCorner.count, by: 4).map { base in
      SIMD3(vertexOfCorner[base], vertexOfCorner[base + 1], vertexOfCorner[base + 2])
    }
    let streams = source.attributes
    let attributes = VertexAttributes(
      normals: streams.normals.isEmpty ? [] : wedges.map(\.normal),
      uvs: streams.uvs.map { stream in
        stream.isEmpty ? [] : wedges.map { source.interpolated(stream, at: $0.place) }
      },
      colors: streams.colors.isEmpty
        ? [] : wedges.map { source.interpolated(streams.colors, at: $0.place) })
    let mesh = Mesh(
      unchecked: wedges.map(\.position), triangles: triangles, attributes: attributes)
    return (mesh, result.sources.map { Int($0) })
  }

  private func wedges(
    _ result: borrowing HalfedgeMesh, _ work: WorkContext
  ) throws -> [Wedge] {
    var sectors: [[CornerQuery]] = []
    for slot in result.positions.indices where result.outgoing[slot].exists {
      result.forEachSector(Vertex(slot)) { sector in
        sectors.append(sector.map { CornerQuery(result, $0) })
      }
    }
    let (list, chunk) = (sectors, 512)
    let parts = try parallelMap(count: (list.count + chunk - 1) / chunk, work) { part in
      list[part * chunk..<min(list.count, (part + 1) * chunk)].flatMap(wedges)
    }
    return parts.flatMap { $0 }
  }

  /// The wedges of a sector: one, or where normals jump inside it as many as there are normals.
  private func wedges(of sector: [CornerQuery]) -> [Wedge] {
    let largest = sector.max { $0.area < $1.area }!
    let near = surface.place(of: largest, crossingHardEdges: true)
    let place = isSubset ? surface.vertex(at: largest.point, like: near) : near
    var wedges: [Wedge] = []
    var groups: [(normal: SIMD3<Float>, corners: [Halfedge])] = []
    let normals = source.attributes.normals
    if normals.isEmpty || !surface.hasHardEdges {
      let normal = normals.isEmpty ? .zero : self.normal(at: place, or: largest.normal)
      groups = [(normal, sector.map(\.corner))]
    } else {
      for query in sector {
        let normal = normal(
          at: surface.place(of: query, crossingHardEdges: false), or: query.normal)
        if let same = groups.firstIndex(where: {
          $0.normal == normal || $0.normal.dot(normal) > 0.97
        }) {
          groups[same].corners.append(query.corner)
        } else {
          groups.append((normal, [query.corner]))
        }
      }
    }
    for group in groups {
      wedges.append(
        Wedge(
          position: largest.point, place: place, normal: group.normal, corners: group.corners))
    }
    return wedges
  }

  private func normal(at place: SurfacePoint, or other: SIMD3<Float>) -> SIMD3<Float> {
    let normal = source.interpolated(source.attributes.normals, at: place)
    if place.weights.max() == 1 { return normal }
    return normal.lengthSquared > 1e-12 ? normal.normalized : other.normalized
  }
}

/// A corner of a result's face, and what it takes to find it on the source.
struct CornerQuery {
  let corner: Halfedge
  let point: SIMD3<Float>
  let center: SIMD3<Float>
  let normal: SIMD3<Float>
  let source: Int

  init(_ mesh: borrowing HalfedgeMesh, _ corner: Halfedge) {
    self.corner = corner
    point = mesh.position(mesh.origin(corner))
    let (b, c) = (
      mesh.position(mesh.target(corner)), mesh.position(mesh.origin(corner.previous))
    )
    center = (point + b + c) / 3
    normal = (b - point).cross(c - point)
    source = Int(mesh.sources[corner.face.slot])
  }

  var area: Float { normal.lengthSquared }
}

extension HalfedgeMesh {
  /// The surface with the attributes of the mesh it came from, but for tangents.
  ///
  /// - Parameters:
  ///   - input: that mesh with its seams marked, before any operator.
  ///   - isSubset: whether every vertex is one of that mesh, and is to be it to the bit.
  consuming func finish(
    as source: Mesh, _ input: borrowing HalfedgeMesh, isSubset: Bool = false, _ work: WorkContext
  ) throws -> (mesh: Mesh, sources: [Int]) {
    let streams = source.attributes
    if streams.normals.isEmpty && streams.colors.isEmpty && streams.uvs.allSatisfy(\.isEmpty) {
      return finish()
    }
    return try AttributeTransfer(from: source, input, isSubset: isSubset, work).finish(self, work)
  }
}
