import LinearMath

extension HalfedgeMesh {
  /// Writes into `corners` what decimation watches besides the shape, in units of length: texture
  /// coordinates of two sets, scaled by how long a step in the image is on the surface of their chart,
  /// and colours.
  ///
  ///     lanes   u v of set 0, u v of set 1, red green blue alpha
  mutating func measureAttributes(of mesh: Mesh) {
    let attributes = mesh.attributes
    let sets = attributes.uvs.prefix(2).filter { !$0.isEmpty }
    if sets.isEmpty && attributes.colors.isEmpty { return }
    let charts = self.charts()
    let scales = sets.map { textureScales(of: mesh, $0, charts) }
    let colorScale = AttributeWeights.color * mesh.bounds.diagonal
    corners = [SIMD8<Float>](repeating: .zero, count: origins.count)
    for slot in origins.indices where slot & 3 != 3 {
      let vertex = Int(inputVertex(Halfedge(UInt32(slot)), mesh))
      var value = SIMD8<Float>.zero
      for (set, stream) in sets.enumerated() {
        let place = stream[vertex] * scales[set][Int(charts.ofFace[slot >> 2])]
        value[2 * set] = place.x
        value[2 * set + 1] = place.y
      }
      if !attributes.colors.isEmpty { value.highHalf = attributes.colors[vertex] * colorScale }
      corners[slot] = value
    }
  }

  /// For each chart the length on the surface of a unit in the texture, weighted: by sides, not areas, since
  /// a palette may leave a chart no area in the image.
  private func textureScales(
    of mesh: Mesh, _ stream: [SIMD2<Float>], _ charts: (ofFace: [UInt32], count: Int)
  ) -> [Float] {
    var sides = [SIMD2<Double>](repeating: .zero, count: charts.count)
    for face in 0..<faceSlots {
      let t = mesh.triangles[Int(sources[face])]
      for corner in 0..<3 {
        let (i, j) = (Int(t[corner]), Int(t[(corner + 1) % 3]))
        let surface = SIMD3<Double>(mesh.positions[j]) - SIMD3<Double>(mesh.positions[i])
        let step = SIMD2<Double>(stream[j]) - SIMD2<Double>(stream[i])
        let image = (step.x * step.x + step.y * step.y).squareRoot()
        sides[Int(charts.ofFace[face])] += SIMD2(surface.length, image)
      }
    }
    return sides.map { side in
      let scale = Float(side.x / side.y)
      return scale.isFinite ? AttributeWeights.texture * scale : 0
    }
  }
}

/// What a wrong attribute costs, against a wrong place. Found by comparing pictures of textured models
/// before and after; twice or half as much makes little difference.
enum AttributeWeights {
  /// A texture that slides by a length, against a surface that is off by it.
  static var texture: Float { 0.2 }
  /// The square of a seam that is off by a length, against that of a boundary.
  static var seam: Float { 0.0125 }
  /// A change from black to white, against a surface that is off by the bounding box's diagonal.
  static var color: Float { 0.02 }
}
