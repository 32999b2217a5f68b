import Geometry
import Scenes

extension Scene {
  /// What FBX, as its library writes it, leaves of this scene; nil where nothing is lost.
  var lossesInFBX: String? {
    let isPictured = materials.contains {
      $0.metallicRoughnessTexture != nil || $0.occlusionTexture != nil
    }
    return sentence(
      "FBX", [(isPictured, "metallic-roughness and occlusion maps"), (hasCoats, "clear coats")])
  }

  /// What USDZ leaves of this scene; nil where nothing is lost.
  var lossesInUSDZ: String? {
    let isTinted = shapes.flatMap(\.parts).contains { part in
      !part.mesh.attributes.colors.isEmpty && part.material != nil
    }
    return sentence("USDZ", [(isTinted, "vertex colors under materials")])
  }

  private var hasCoats: Bool { materials.contains { $0.clearcoat > 0 } }

  private func sentence(_ format: String, _ more: [(isLost: Bool, what: String)]) -> String? {
    let isLayered = materials.contains {
      $0.sheen != nil || $0.transmission > 0 || $0.volume != nil || $0.specularGlossiness != nil
    }
    let all =
      more + [
        (isLayered, "sheen, transmission, volume and specular-glossiness"),
        (!variants.isEmpty, "variants"), (!lights.isEmpty, "lights"),
      ]
    let lost = all.filter(\.isLost).map(\.what)
    return lost.isEmpty ? nil : "\(format) leaves behind: " + lost.joined(separator: ", ")
  }
}
