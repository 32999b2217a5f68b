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
    found += layers(of: material)
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

  /// What lies on top of a surface and what light goes through below.
  private mutating func layers(of material: Material) -> Members {
    var found: Members = []
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
    if let sheen = material.sheen {
      var values: Members = [
        ("sheenColorFactor", color(sheen.color)),
        ("sheenRoughnessFactor", .number(Double(sheen.roughness))),
      ]
      add(sheen.colorTexture, "sheenColorTexture", to: &values)
      add(sheen.roughnessTexture, "sheenRoughnessTexture", to: &values)
      found.append((use("KHR_materials_sheen"), .object(values)))
    }
    if material.transmission > 0 {
      var values: Members = [("transmissionFactor", .number(Double(material.transmission)))]
      add(material.transmissionTexture, "transmissionTexture", to: &values)
      found.append((use("KHR_materials_transmission"), .object(values)))
    }
    if let volume = material.volume {
      var values: Members = [
        ("thicknessFactor", .number(Double(volume.thickness))),
        ("attenuationColor", color(volume.attenuationColor)),
      ]
      if volume.attenuationDistance.isFinite {
        values.append(("attenuationDistance", .number(Double(volume.attenuationDistance))))
      }
      add(volume.thicknessTexture, "thicknessTexture", to: &values)
      found.append((use("KHR_materials_volume"), .object(values)))
    }
    return found
  }

  // MARK: Lights and variants

  /// What the whole document has.
  mutating func rootExtensions() -> Members {
    var found: Members = []
    if !scene.lights.isEmpty {
      let lights = scene.lights.map { JSONValue.object(light($0)) }
      found.append((use("KHR_lights_punctual"), ["lights": .array(lights)]))
    }
    if !scene.variants.isEmpty {
      let names = scene.variants.map { JSONValue.object([("name", .string($0))]) }
      found.append((use("KHR_materials_variants"), ["variants": .array(names)]))
    }
    return found
  }

  private func light(_ light: Light) -> Members {
    var members: Members = light.name.isEmpty ? [] : [("name", .string(light.name))]
    members += [
      ("color", color(light.color)), ("intensity", .number(Double(light.intensity))),
    ]
    if light.range.isFinite { members.append(("range", .number(Double(light.range)))) }
    switch light.kind {
    case .directional: members.append(("type", "directional"))
    case .point: members.append(("type", "point"))
    case .spot(let inner, let outer):
      members.append(("type", "spot"))
      members.append(
        (
          "spot",
          [
            "innerConeAngle": .number(Double(inner)), "outerConeAngle": .number(Double(outer)),
          ]
        ))
    }
    return members
  }

  mutating func variants(of part: Scene.Shape.Part) -> Members {
    let mappings = part.materialOfVariant.sorted { $0.key < $1.key }.map { variant, material in
      JSONValue.object([("material", .integer(material)), ("variants", [.integer(variant)])])
    }
    return [(use("KHR_materials_variants"), ["mappings": .array(mappings)])]
  }

  private func color(_ color: SIMD3<Float>) -> JSONValue { numbers([color.x, color.y, color.z]) }
}
