import LinearMath

extension SurfaceShading {
  /// What a surface is made of at eight places.
  struct Matter {
    /// Straight on, and at a grazing angle.
    let reflectance: Lanes3
    let grazing: SIMD8<Float>
    let diffuse: Lanes3
    let metallic, roughness: SIMD8<Float>
    let occlusion: SIMD8<Float>
    let isOccluded: Bool
  }

  @inline(__always)
  func matter(
    _ material: SoftwareMaterial, _ points: ShadingPoints, _ base: Lanes3,
    _ footprint: inout MapFootprint?
  ) -> Matter {
    let factors = material.factors
    var metallic = SIMD8<Float>(repeating: factors.metallic)
    var roughness = SIMD8<Float>(repeating: factors.roughness)
    var occlusion = SIMD8<Float>(repeating: 1)
    if let map = material[.metallicRoughness] {
      let channels = points.sample(map, &footprint)
      metallic *= channels.z
      roughness *= channels.y
      if material.sharesOcclusion {
        occlusion = (channels.x - 1) * factors.occlusionStrength + 1
      }
    }
    if let map = material[.occlusion] {
      occlusion = (points.sample(map, &footprint).x - 1) * factors.occlusionStrength + 1
    }
    let isOccluded = material.sharesOcclusion || material.has(.occlusion)
    if factors.isSpecularGlossiness {
      var reflectance = Lanes3(repeating: factors.specularGlossiness.xyz)
      var gloss = SIMD8<Float>(repeating: factors.specularGlossiness.w)
      if let map = material[.specularGlossiness] {
        let picture = points.sample(map, &footprint)
        reflectance = reflectance.scaled(by: picture.xyz)
        gloss *= picture.w
      }
      reflectance = reflectance.limited
      let most = greater(greater(reflectance.x, reflectance.y), reflectance.z)
      return Matter(
        reflectance: reflectance, grazing: SIMD8(repeating: 1), diffuse: base * (1 - most),
        metallic: .zero, roughness: 1 - gloss, occlusion: occlusion, isOccluded: isOccluded)
    }
    var weight = SIMD8<Float>(repeating: factors.specular)
    if let map = material[.specular] { weight *= points.sample(map, &footprint).w }
    var tint = Lanes3(repeating: factors.dielectric)
    if let map = material[.specularColor] {
      tint = tint.scaled(by: points.sample(map, &footprint).xyz)
    }
    let one = SIMD8<Float>(repeating: 1)
    let rest: SIMD8<Float> = 1 - metallic
    let plain = Lanes3(lesser(tint.x, one), lesser(tint.y, one), lesser(tint.z, one))
    return Matter(
      reflectance: base * metallic + plain * (weight * rest), grazing: weight * rest + metallic,
      diffuse: base * rest, metallic: metallic, roughness: roughness, occlusion: occlusion,
      isOccluded: isOccluded)
  }
}
