import LinearMath

extension Mesh {
  /// Twice the area times the unit normal of a triangle, in double precision.
  func areaNormal(_ triangle: Int) -> SIMD3<Double> {
    let (a, b, c) = corners(triangle)
    let origin = SIMD3<Double>(a)
    return (SIMD3<Double>(b) - origin).cross(SIMD3<Double>(c) - origin)
  }

  /// The mesh with one normal a triangle: every triangle gets three vertices of its own. glTF asks for
  /// this where a file has no normals.
  public func withFlatNormals() -> Mesh {
    let corners = triangles.flatMap { [Int($0.x), Int($0.y), Int($0.z)] }
    var streams = attributes.gathered(corners)
    streams.normals = triangles.indices.flatMap { triangle in
      Array(repeating: SIMD3<Float>(areaNormal(triangle).normalized), count: 3)
    }
    streams.tangents = []
    return Mesh(
      unchecked: corners.map { positions[$0] },
      triangles: triangles.indices.map { triangle in
        let first = UInt32(3 * triangle)
        return SIMD3(first, first + 1, first + 2)
      },
      attributes: streams)
  }

  /// The mesh with one normal a point: the mean of its triangles' normals, weighted by the angle at the
  /// point (Thürmer and Wüthrich, "Computing vertex normals from polygonal facets", 1998), so that the
  /// result does not depend on how faces are cut into triangles.
  public func withSmoothNormals() -> Mesh {
    let weld = Weld(positions)
    var sums = [SIMD3<Double>](repeating: .zero, count: weld.vertexOfPoint.count)
    for triangle in triangles.indices {
      let normal = areaNormal(triangle).normalized
      let index = triangles[triangle]
      let points = [index.x, index.y, index.z].map { SIMD3<Double>(positions[Int($0)]) }
      for corner in 0..<3 {
        let a = (points[(corner + 1) % 3] - points[corner]).normalized
        let b = (points[(corner + 2) % 3] - points[corner]).normalized
        let angle = ArcCosine.of(a.dot(b))
        sums[Int(weld.pointOfVertex[Int(index[corner])])] += normal * angle
      }
    }
    var streams = attributes
    streams.normals = weld.pointOfVertex.map { SIMD3<Float>(sums[Int($0)].normalized) }
    return Mesh(unchecked: positions, triangles: triangles, attributes: streams)
  }

  /// One unit normal a vertex, weighted by the area of its triangles; for surfaces without seams, where that is enough.
  package var areaWeightedNormals: [SIMD3<Float>] {
    var sums = [SIMD3<Float>](repeating: .zero, count: positions.count)
    for triangle in triangles {
      let (a, b, c) = (Int(triangle.x), Int(triangle.y), Int(triangle.z))
      let normal = (positions[b] - positions[a]).cross(positions[c] - positions[a])
      sums[a] += normal
      sums[b] += normal
      sums[c] += normal
    }
    return sums.map(\.normalized)
  }
}

extension Mesh {
  /// With smooth normals where there are normals but for some vertices none.
  package func withoutZeroNormals() -> Mesh {
    guard attributes.normals.contains(.zero) else { return self }
    let smooth = withSmoothNormals().attributes.normals
    var streams = attributes
    for index in streams.normals.indices where streams.normals[index] == .zero {
      streams.normals[index] = smooth[index] == .zero ? [0, 1, 0] : smooth[index]
    }
    return (try? with(attributes: streams)) ?? self
  }
}
