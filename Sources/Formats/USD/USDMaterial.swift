import Imaging
import Scenes

/// A material as a network around one UsdPreviewSurface (UsdPreviewSurface Specification, 2.6).
enum USDMaterial {
  /// The slots that such a surface has.
  static func slots(of material: Material) -> [TextureSlot] {
    [
      material.baseColorTexture, material.metallicRoughnessTexture, material.normalTexture,
      material.occlusionTexture, material.emissiveTexture, material.clearcoatTexture,
      material.clearcoatRoughnessTexture,
    ].compactMap { $0 }
  }

  static func text(_ number: Int, in scene: Scene, _ pictures: inout USDZWriter.Pictures) -> String
  {
    let material = scene.materials[number]
    var network = Network(number: number, material: material, scene: scene)
    let color = material.baseColor
    network.color(
      "diffuseColor", [color.x, color.y, color.z], material.baseColorTexture, &pictures,
      alpha: color.w)
    network.value(
      "roughness", material.roughness, material.metallicRoughnessTexture, "g", &pictures)
    network.value("metallic", material.metallic, material.metallicRoughnessTexture, "b", &pictures)
    network.value("occlusion", 1, material.occlusionTexture, "r", &pictures)
    network.color(
      "emissiveColor", material.emissive * material.emissiveStrength, material.emissiveTexture,
      &pictures)
    network.normal(material.normalTexture, material.normalScale, &pictures)
    network.value("clearcoat", material.clearcoat, material.clearcoatTexture, "r", &pictures)
    network.value(
      "clearcoatRoughness", material.clearcoatRoughness, material.clearcoatRoughnessTexture, "g",
      &pictures)
    network.plain("ior", material.ior)
    switch material.alphaMode {
    case .mask(let cutoff) where cutoff > 0:
      network.plain("opacityThreshold", cutoff)
      network.value("opacity", color.w, material.baseColorTexture, "a", &pictures)
    case .blend: network.value("opacity", color.w, material.baseColorTexture, "a", &pictures)
    // A threshold of nothing would mean blending there.
    case .opaque, .mask: break
    }
    return network.text
  }

  /// The surface's inputs, and the shaders that feed them.
  private struct Network {
    private let path: String
    private let number: Int
    private let scene: Scene
    private let ways: [USDCoordinates]
    private var inputs = ""
    private var shaders = ""

    init(number: Int, material: Material, scene: Scene) {
      (self.number, self.scene) = (number, scene)
      path = "/Model/Materials/Material_\(number)"
      ways = USDCoordinates.all(of: material)
      for way in ways.indices {
        shaders += shader(
          "Coordinates_\(way)", "UsdPrimvarReader_float2",
          ["string inputs:varname = \"\(USDCoordinates.primvar(way))\"", "float2 outputs:result"])
      }
    }

    var text: String {
      """
              def Material "Material_\(number)"
              {
                  token outputs:surface.connect = <\(path)/Surface.outputs:surface>

                  def Shader "Surface"
                  {
                      uniform token info:id = "UsdPreviewSurface"
      \(inputs)                token outputs:surface
                  }

      \(shaders)        }

      """
    }

    mutating func plain(_ name: String, _ value: Float) { input("float inputs:\(name) = \(value)") }

    mutating func color(
      _ name: String, _ factor: SIMD3<Float>, _ slot: TextureSlot?,
      _ pictures: inout USDZWriter.Pictures, alpha: Float = 1
    ) {
      let factors = "(\(factor.x), \(factor.y), \(factor.z), \(alpha))"
      if let texture = texture(
        name, slot,
        ["float4 inputs:scale = \(factors)", "token inputs:sourceColorSpace = \"sRGB\""],
        &pictures)
      {
        input("color3f inputs:\(name).connect = <\(texture).outputs:rgb>")
      } else {
        input("color3f inputs:\(name) = (\(factor.x), \(factor.y), \(factor.z))")
      }
    }

    mutating func value(
      _ name: String, _ factor: Float, _ slot: TextureSlot?, _ channel: String,
      _ pictures: inout USDZWriter.Pictures
    ) {
      let scale = "float4 inputs:scale = (\(factor), \(factor), \(factor), \(factor))"
      let space = channel == "a" ? "sRGB" : "raw"
      if let texture = texture(
        name, slot, [scale, "token inputs:sourceColorSpace = \"\(space)\""], &pictures)
      {
        input("float inputs:\(name).connect = <\(texture).outputs:\(channel)>")
      } else {
        plain(name, factor)
      }
    }

    mutating func normal(
      _ slot: TextureSlot?, _ scale: Float, _ pictures: inout USDZWriter.Pictures
    ) {
      // From 0...1 to -1...1.
      let lines = [
        "float4 inputs:scale = (\(2 * scale), \(2 * scale), 2, 1)",
        "float4 inputs:bias = (\(-scale), \(-scale), -1, 0)",
        "token inputs:sourceColorSpace = \"raw\"",
      ]
      guard let texture = texture("normal", slot, lines, &pictures) else { return }
      input("normal3f inputs:normal.connect = <\(texture).outputs:rgb>")
    }

    private mutating func input(_ line: String) { inputs += "                \(line)\n" }

    /// The path of a texture's shader; nil where there is no picture.
    private mutating func texture(
      _ name: String, _ slot: TextureSlot?, _ lines: [String],
      _ pictures: inout USDZWriter.Pictures
    ) -> String? {
      guard let slot, let image = scene.textures[slot.texture].image,
        let file = pictures.name(of: image),
        let way = ways.firstIndex(of: USDCoordinates(slot))
      else { return nil }
      let texture = scene.textures[slot.texture]
      func wrap(_ wrap: Texture.Wrap) -> String {
        switch wrap {
        case .repeat: "repeat"
        case .clamp: "clamp"
        case .mirror: "mirror"
        }
      }
      shaders += shader(
        "Texture_\(name)", "UsdUVTexture",
        [
          "asset inputs:file = @\(file)@",
          "float2 inputs:st.connect = <\(path)/Coordinates_\(way).outputs:result>",
          "token inputs:wrapS = \"\(wrap(texture.wrapU))\"",
          "token inputs:wrapT = \"\(wrap(texture.wrapV))\"",
        ] + lines + [
          "float outputs:r", "float outputs:g", "float outputs:b", "float outputs:a",
          "float3 outputs:rgb",
        ])
      return "\(path)/Texture_\(name)"
    }

    private func shader(_ name: String, _ id: String, _ lines: [String]) -> String {
      var text = "            def Shader \"\(name)\"\n            {\n"
      for line in ["uniform token info:id = \"\(id)\""] + lines {
        text += "                \(line)\n"
      }
      return text + "            }\n\n"
    }
  }
}
