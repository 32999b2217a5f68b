import LinearMath
import Work

extension Mesh {
  /// The attributes of this mesh on a surface that lies about it and has nothing else in common with it.
  ///
  /// Each triangle takes after the nearest one of this mesh. A corner reads where this mesh is nearest to it,
  /// or, where that is in another chart, at the nearest place of its triangle's, so that no triangle mixes
  /// charts; along their borders the result has its vertices once for each.
  ///
  /// - Returns: the surface with texture coordinates and colors where this mesh has them, and for
  ///   each triangle the one it takes after.
  func projectingAttributes(
    onto surface: Mesh, _ work: WorkContext
  ) throws -> (mesh: Mesh, sources: [Int]) {
    let tree = BVH(self, quick: true)
    let charts = charts()
    let placed = try parallelMap(
      count: (surface.triangles.count + 1023) / 1024, work
    ) { part -> [(source: Int, places: [SurfacePoint])] in
      (part * 1024..<min(surface.triangles.count, (part + 1) * 1024)).map { triangle in
        let (a, b, c) = surface.corners(triangle)
        let source = tree.closestPoint(to: (a + b + c) / 3)?.triangle ?? 0
        let places = [a, b, c].map { corner in
          let near = tree.closestPoint(to: corner)?.triangle ?? source
          let triangle = charts[near] == charts[source] ? near : source
          return surfacePoint(on: triangle, nearest: corner)
        }
        return (source, places)
      }
    }.flatMap { $0 }
    return (merged(surface, placed, charts), placed.map(\.source))
  }

  /// Which triangles hang together over vertices, not only over places.
  private func charts() -> [Int] {
    var sets = UnionFind(count: positions.count)
    for t in triangles {
      sets.unite(Int(t.x), Int(t.y))
      sets.unite(Int(t.y), Int(t.z))
    }
    return triangles.map { sets.find(Int($0.x)) }
  }

  private func merged(
    _ surface: Mesh, _ placed: [(source: Int, places: [SurfacePoint])], _ charts: [Int]
  ) -> Mesh {
    var known: [SIMD2<Int>: UInt32] = [:]
    var origins: [Int] = []
    var places: [SurfacePoint] = []
    let triangles = surface.triangles.enumerated().map { index, triangle in
      var corners = SIMD3<UInt32>()
      for corner in 0..<3 {
        let key = SIMD2(Int(triangle[corner]), charts[placed[index].source])
        if known[key] == nil {
          known[key] = UInt32(origins.count)
          origins.append(Int(triangle[corner]))
          places.append(placed[index].places[corner])
        }
        corners[corner] = known[key]!
      }
      return corners
    }
    // Not normals: a new surface has two sides where the old one may have had one.
    let streams = attributes
    let result = VertexAttributes(
      uvs: streams.uvs.map { stream in
        stream.isEmpty ? [] : places.map { interpolated(stream, at: $0) }
      },
      colors: streams.colors.isEmpty ? [] : places.map { interpolated(streams.colors, at: $0) })
    return Mesh(
      unchecked: origins.map { surface.positions[$0] }, triangles: triangles, attributes: result)
  }
}
