//! The SII.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Decimal;

/// *Carpeta Tributaria SII*. What its parts say is ours, in the words of the folder.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TaxFolder {
    /// The name.
    pub nombre: String,
    /// `11111111-1`.
    pub rut: String,
    /// `01/01/2021 11:05`, in Santiago.
    pub fecha_generacion: String,
    /// What the SII knows of the taxpayer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contribuyente: Option<Contribuyente>,
    /// Companies that the taxpayer has a part in.
    pub empresas: Vec<CompanyInfo>,
    /// Real estate.
    pub propiedades_bienes_raices: Vec<Property>,
    /// Fees by month.
    pub boletas: Vec<Boletas>,
    /// Form 29 of each month.
    pub iva: Vec<Form>,
    /// Form 22 of each year.
    pub renta: Vec<Form>,
}

/// What the SII knows of a taxpayer.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Contribuyente {
    /// `01-01-2021`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecha_inicio_actividades: Option<String>,
    /// What business is done.
    pub actividades_economicas: Vec<TaxActivity>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domicilio: Option<String>,
    /// The commune.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comuna: Option<String>,
    /// When a document was stamped last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecha_ultimo_timbraje: Option<String>,
    /// What the SII remarks.
    pub observaciones: Vec<String>,
}

/// A part in a company.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CompanyInfo {
    /// `76.543.210-3`.
    pub rut: String,
    /// Its name.
    pub razon_social: String,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecha_incorporacion: Option<String>,
    /// Percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participacion_capital: Option<Decimal>,
    /// Percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participacion_utilidades: Option<Decimal>,
}

/// Real estate.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Property {
    /// The commune.
    pub comuna: String,
    /// The number in its roll.
    pub rol: String,
    /// The address.
    pub direccion: String,
    /// What it is used for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destino: Option<String>,
    /// What it is valued at for taxes.
    pub avaluo_fiscal: Decimal,
    /// Whether property tax is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cuotas_vencidas: Option<bool>,
}

/// The fees of one month.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Boletas {
    /// `05-2022`.
    pub periodo: String,
    /// Those that count.
    pub boletas_vigentes: u32,
    /// Those that were taken back.
    pub boletas_anuladas: u32,
    /// Gross fees.
    pub honorario_bruto: Decimal,
    /// What those who paid withheld.
    pub retencion_terceros: Decimal,
    /// What is to be paid by oneself.
    pub retencion_contribuyente: Decimal,
    /// What is left.
    pub total_liquido: Decimal,
}

/// A declaration: the codes of its form are keys beside these.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Form {
    /// `05-2022` of form 29, `2022` of form 22.
    pub periodo: String,
    /// The number of the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folio: Option<String>,
    /// When it was declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecha_presentacion: Option<String>,
    /// What stands at each code.
    #[serde(flatten)]
    #[cfg_attr(feature = "server", schema(value_type = BTreeMap<String, i64>))]
    pub codigos: BTreeMap<String, Decimal>,
}

/// *Situación Tributaria SII*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TaxStatus {
    /// `01-01-2021 17:01`, in Santiago.
    pub fecha_consulta: String,
    /// Whether business is done.
    pub contribuyente_inicio_actividades: bool,
    /// Since when, `01-01-2021`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecha_inicio_actividades: Option<String>,
    /// Whether taxes may be declared in a foreign currency.
    pub autorizado_impuestos_moneda_extranjera: bool,
    /// Whether it is a smaller company (Ley 20.416).
    pub es_empresa_menor_tamano_pro_pyme: bool,
    /// Documents that were stamped.
    pub documentos_timbrados: Vec<DocumentoTimbrado>,
    /// What business is done.
    pub actividades_economicas: Vec<TaxActivity>,
}

/// A kind of document that was stamped.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DocumentoTimbrado {
    /// What it is.
    pub documento: String,
    /// The year in which one was stamped last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anio_ultimo_timbraje: Option<i16>,
}

/// A business.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TaxActivity {
    /// Its name.
    pub actividad: String,
    /// Its code.
    pub codigo: String,
    /// The category of income tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categoria: Option<u8>,
    /// Whether VAT is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub afecta_iva: Option<bool>,
    /// Since when, `01-01-2021`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fecha: Option<String>,
}
