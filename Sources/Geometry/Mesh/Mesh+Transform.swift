public import LinearMath

extension Mesh {
  /// The mesh carried by an affine transform. Normals go by the cofactor matrix; where the transform
  /// mirrors, triangles turn round so that outside stays outside.
  public func transformed(by transform: Matrix4) -> Mesh {
    if transform == .identity { return self }
    let linear = transform.linear
    let mirrors = linear.determinant < 0
    let cofactors = linear.cofactors
    // Cofactors of a mirroring transform turn normals inside; the sign puts them back.
    let outward: Double = mirrors ? -1 : 1
    var streams = attributes
    streams.normals = attributes.normals.map { normal in
      SIMD3<Float>((cofactors * SIMD3<Double>(normal) * outward).normalized)
    }
    streams.tangents = attributes.tangents.map { tangent in
      let direction = SIMD3<Float>((linear * SIMD3<Double>(tangent.xyz)).normalized)
      return SIMD4(direction, mirrors ? -tangent.w : tangent.w)
    }
    return Mesh(
      unchecked: positions.map { SIMD3<Float>(transform.transform(point: SIMD3<Double>($0))) },
      triangles: mirrors ? triangles.map { SIMD3($0.x, $0.z, $0.y) } : triangles,
      attributes: streams)
  }
}
