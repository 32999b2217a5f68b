import LinearMath

extension Mesh {
  /// The mesh with a tangent a vertex for UV set `set`, made orthogonal to the normal. Each triangle's
  /// direction of growing u counts by its angle at the vertex, as in MikkTSpace (Mikkelsen, "Simulation
  /// of wrinkled surfaces revisited", 2008); vertices that agree in position, normal, UV and
  /// handedness share one tangent.
  ///
  /// Needs normals and that UV set; a mesh without them comes back as it is.
  public func withTangents(uvSet set: Int) -> Mesh {
    guard attributes.normals.count == positions.count, attributes.uvs.indices.contains(set),
      !positions.isEmpty
    else { return self }
    let uvs = attributes.uvs[set]
    let groups = tangentGroups(uvs)
    var sums = [SIMD3<Float>](repeating: .zero, count: 2 * (Int(groups.max() ?? 0) + 1))
    for index in triangles {
      let vertices = [Int(index.x), Int(index.y), Int(index.z)]
      let edge1 = positions[vertices[1]] - positions[vertices[0]]
      let edge2 = positions[vertices[2]] - positions[vertices[0]]
      let d1 = uvs[vertices[1]] - uvs[vertices[0]]
      let d2 = uvs[vertices[2]] - uvs[vertices[0]]
      let signedArea = d1.x * d2.y - d1.y * d2.x
      guard signedArea != 0 else { continue }
      let alongU: SIMD3<Float> = edge1 * d2.y - edge2 * d1.y
      let direction = (signedArea > 0 ? alongU : -alongU).normalized
      let side = signedArea > 0 ? 0 : 1
      for corner in 0..<3 {
        let here = positions[vertices[corner]]
        let a = (positions[vertices[(corner + 1) % 3]] - here).normalized
        let b = (positions[vertices[(corner + 2) % 3]] - here).normalized
        let angle = Float(ArcCosine.of(Double(a.dot(b))))
        sums[2 * Int(groups[vertices[corner]]) + side] += direction * angle
      }
    }
    var streams = attributes
    streams.tangents = positions.indices.map { vertex in
      let normal = attributes.normals[vertex]
      let pair = 2 * Int(groups[vertex])
      // The bitangent points up the image and v grows down it, so a chart that is not mirrored has a
      // negative signed area and handedness +1. Where both meet, the larger side wins.
      let positive = sums[pair].lengthSquared >= sums[pair + 1].lengthSquared
      let sum = positive ? sums[pair] : sums[pair + 1]
      var tangent = (sum - normal * normal.dot(sum)).normalized
      if tangent == .zero { tangent = SIMD3<Float>(SIMD3<Double>(normal).anyPerpendicular) }
      return SIMD4(tangent, positive ? -1 : 1)
    }
    return Mesh(unchecked: positions, triangles: triangles, attributes: streams)
  }

  /// The number of the first vertex that agrees with each in position, normal and UV.
  private func tangentGroups(_ uvs: [SIMD2<Float>]) -> [UInt32] {
    struct Key: Hashable {
      let position, normal: SIMD3<Float>
      let uv: SIMD2<Float>
    }
    var first: [Key: UInt32] = [:]
    first.reserveCapacity(positions.count)
    return positions.indices.map { vertex in
      let key = Key(
        position: positions[vertex], normal: attributes.normals[vertex], uv: uvs[vertex])
      if let known = first[key] { return known }
      let number = UInt32(first.count)
      first[key] = number
      return number
    }
  }
}
