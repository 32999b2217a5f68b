import Scenes

// What material extensions say, in the order of Material's properties.

extension GLTFMaterials {
  mutating func readExtensions(
    _ extensions: GLTFElement?, into material: inout Material
  ) throws(FormatError) {
    guard let extensions else { return }
    if let emissive = try extensions.object("KHR_materials_emissive_strength") {
      material.emissiveStrength = max(0, try emissive.float("emissiveStrength") ?? 1)
    }
    material.isUnlit = extensions["KHR_materials_unlit"] != nil
    if let ior = try extensions.object("KHR_materials_ior")?.float("ior") {
      // Zero stands for a surface that reflects everything.
      material.ior = ior == 0 ? 0 : max(1, ior)
    }
    if let specular = try extensions.object("KHR_materials_specular") {
      material.specular = try factor(specular, "specularFactor", 1)
      material.specularTexture = try slot(specular, "specularTexture")
      if let color = try color(specular, "specularColorFactor") { material.specularColor = color }
      material.specularColorTexture = try slot(specular, "specularColorTexture")
    }
    if let coat = try extensions.object("KHR_materials_clearcoat") {
      material.clearcoat = try factor(coat, "clearcoatFactor", 0)
      material.clearcoatTexture = try slot(coat, "clearcoatTexture")
      material.clearcoatRoughness = try factor(coat, "clearcoatRoughnessFactor", 0)
      material.clearcoatRoughnessTexture = try slot(coat, "clearcoatRoughnessTexture")
      material.clearcoatNormalTexture = try slot(coat, "clearcoatNormalTexture")
      material.clearcoatNormalScale =
        try coat.object("clearcoatNormalTexture")?.float("scale") ?? 1
    }
    if let element = try extensions.object("KHR_materials_sheen") {
      var sheen = Sheen()
      if let color = try color(element, "sheenColorFactor") { sheen.color = color }
      sheen.colorTexture = try slot(element, "sheenColorTexture")
      sheen.roughness = try factor(element, "sheenRoughnessFactor", 0)
      sheen.roughnessTexture = try slot(element, "sheenRoughnessTexture")
      material.sheen = sheen
    }
    if let element = try extensions.object("KHR_materials_transmission") {
      material.transmission = try factor(element, "transmissionFactor", 0)
      material.transmissionTexture = try slot(element, "transmissionTexture")
    }
    if let element = try extensions.object("KHR_materials_volume") {
      var volume = Volume()
      volume.thickness = max(0, try element.float("thicknessFactor") ?? 0)
      volume.thicknessTexture = try slot(element, "thicknessTexture")
      let distance = try element.float("attenuationDistance") ?? .infinity
      volume.attenuationDistance = distance > 0 ? distance : .infinity
      if let color = try color(element, "attenuationColor") { volume.attenuationColor = color }
      material.volume = volume
    }
    if let glossy = try extensions.object("KHR_materials_pbrSpecularGlossiness") {
      var found = SpecularGlossiness()
      if let color = try color(glossy, "specularFactor") { found.specular = color }
      found.glossiness = try factor(glossy, "glossinessFactor", 1)
      found.texture = try slot(glossy, "specularGlossinessTexture")
      material.specularGlossiness = found
      let diffuse = try glossy.numbers("diffuseFactor", count: 4) ?? [1, 1, 1, 1]
      material.baseColor = SIMD4(diffuse.map { Float($0) })
      material.baseColorTexture = try slot(glossy, "diffuseTexture")
    }
  }

  private func color(
    _ element: GLTFElement, _ key: String
  ) throws(FormatError) -> SIMD3<Float>? {
    guard let numbers = try element.numbers(key, count: 3) else { return nil }
    return SIMD3(numbers.map { Float(max(0, $0)) })
  }
}
