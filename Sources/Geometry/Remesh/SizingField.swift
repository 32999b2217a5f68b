import LinearMath

/// How long edges should be where, so that they cut through the surface equally deep everywhere.
enum SizingField {
  /// For each triangle of the mesh the edge length whose chord leaves a circle of the surface's strongest
  /// curvature by `tolerance` (Dunyach, Vanderhaeghe, Barthe and Botsch, "Adaptive remeshing for real-time
  /// mesh deformation", 2013), between a quarter and four times `length`.
  static func triangleSizes(_ mesh: Mesh, length: Float, tolerance: Float) -> [Float] {
    let weld = Weld(mesh.positions)
    let triangles = weld.triangles(of: mesh)
    let curvatures = mesh.principalCurvatures()
    var sizes = weld.vertexOfPoint.map { vertex -> Float in
      let curvature = Float(abs(curvatures[Int(vertex)].first))
      let square = 6 * tolerance / max(curvature, 1e-20) - 3 * tolerance * tolerance
      return min(max(max(square, 0).squareRoot(), length / 4), length * 4)
    }
    // Noise in the curvature is not wanted in the sizes, and neighbours should not differ much.
    for _ in 0..<5 { smooth(&sizes, triangles) }
    return triangles.map { t in
      (sizes[Int(t.x)] + sizes[Int(t.y)] + sizes[Int(t.z)]) / 3
    }
  }

  private static func smooth(_ sizes: inout [Float], _ triangles: [SIMD3<UInt32>]) {
    var sums = sizes
    var counts = [Float](repeating: 1, count: sizes.count)
    for t in triangles {
      for corner in 0..<3 {
        sums[Int(t[corner])] += sizes[Int(t[(corner + 1) % 3])]
        counts[Int(t[corner])] += 1
      }
    }
    for index in sizes.indices { sizes[index] = sums[index] / counts[index] }
  }
}
