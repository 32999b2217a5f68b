public import Settings

/// What prints are made of, with the density that a data sheet of the plain material gives.
public enum PrintMaterial: String, SettingChoice {
  case pla, petg, abs, asa, tpu, nylon, resin, titanium, aluminium, steel

  /// Grams in a cubic centimetre.
  var density: Double {
    switch self {
    case .pla: 1.24
    case .petg: 1.27
    case .abs: 1.04
    case .asa: 1.07
    case .tpu: 1.21
    case .nylon: 1.01
    case .resin: 1.15
    case .titanium: 4.43
    case .aluminium: 2.68
    case .steel: 7.99
    }
  }
}
