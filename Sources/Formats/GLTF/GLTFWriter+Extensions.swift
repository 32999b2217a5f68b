import Scenes
import Settings

extension GLTFWriter {
  typealias Members = [(key: String, value: JSONValue)]

  /// What a material has beyond the core, each extension only where it says something.
  mutating func extensions(of material: Material) -> Members {
    var found: Members = []
    if material.isUnlit { found.append((use("KHR_materials_unlit"), .object([]))) }
    if material.emissiveStrength != 1 {
      let values: Members = [("emissiveStrength", .number(Double(material.emissiveStrength)))]
      found.append((use("KHR_materials_emissive_strength"), .object(values)))
    }
    if material.ior != 1.5 {
      found.append(
        (use("KHR_materials_ior"), .object([("ior", .number(Double(material.ior)))])))
    }
    let plain = Material()
    var specular: Members = []
    if material.specular != plain.specular {
      specular.append(("specularFactor", .number(Double(material.specular))))
    }
    if material.specularColor != plain.specularColor {
      specular.append(("specularColorFactor", color(material.specularColor)))
    }
    add(material.specularTexture, "specularTexture", to: &specular)
    add(material.specularColorTexture, "specularColorTexture", to: &specular)
    if !specular.isEmpty { found.append((use("KHR_materials_specular"), .object(specular))) }
    if material.clearcoat > 0 {
      var coat: Members = [
        ("clearcoatFactor", .number(Double(material.clearcoat))),
        ("clearcoatRoughnessFactor", .number(Double(material.clearcoatRoughness))),
      ]
      add(material.clearcoatTexture, "clearcoatTexture", to: &coat)
      add(material.clearcoatRoughnessTexture, "clearcoatRoughnessTexture", to: &coat)
      add(
        material.clearcoatNormalTexture, "clearcoatNormalTexture", to: &coat,
        more: [("scale", .number(Double(material.clearcoatNormalScale)))])
      found.append((use("KHR_materials_clearcoat"), .object(coat)))
    }
    if let glossy = material.specularGlossiness {
      let diffuse = material.baseColor
      var values: Members = [
        ("diffuseFactor", numbers([diffuse.x, diffuse.y, diffuse.z, diffuse.w])),
        ("specularFactor", color(glossy.specular)),
        ("glossinessFactor", .number(Double(glossy.glossiness))),
      ]
      add(material.baseColorTexture, "diffuseTexture", to: &values)
      add(glossy.texture, "specularGlossinessTexture", to: &values)
      found.append((use("KHR_materials_pbrSpecularGlossiness"), .object(values)))
    }
    return found
  }

  private func color(_ color: SIMD3<Float>) -> JSONValue { numbers([color.x, color.y, color.z]) }
}
