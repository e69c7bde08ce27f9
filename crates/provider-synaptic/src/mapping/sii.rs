//! The SII.

use std::collections::BTreeMap;

use cartola_model::records::{
    BoletasMonth, CompanyShare, EconomicActivity, IncomeDeclaration, Property, StampedDocument,
    TaxFolder, TaxStatus, Taxpayer, VatDeclaration,
};

use super::each;
use super::text::{day_first, minute, month};
use crate::wire::{
    self, Boletas, CompanyInfo, Contribuyente, Decimal, DocumentoTimbrado, Form, TaxActivity,
};

pub fn folder(folder: &TaxFolder) -> wire::TaxFolder {
    wire::TaxFolder {
        nombre: folder.name.clone(),
        rut: folder.rut.compact(),
        fecha_generacion: minute(folder.generated_at, '/'),
        contribuyente: folder.taxpayer.as_ref().map(taxpayer),
        empresas: each(&folder.companies, company),
        propiedades_bienes_raices: each(&folder.properties, property),
        boletas: each(&folder.boletas, boletas),
        iva: each(&folder.vat, vat),
        renta: each(&folder.income, income),
    }
}

fn taxpayer(taxpayer: &Taxpayer) -> Contribuyente {
    let address = taxpayer.address.as_ref();
    let street = address.map(|address| {
        let parts = [&address.street, &address.number, &address.extra];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    });
    Contribuyente {
        fecha_inicio_actividades: taxpayer.begun_on.map(day_first),
        actividades_economicas: each(&taxpayer.activities, activity),
        domicilio: street.filter(|street| !street.is_empty()),
        comuna: address.and_then(|address| address.commune.clone()),
        fecha_ultimo_timbraje: taxpayer.last_stamped_on.map(day_first),
        observaciones: taxpayer.remarks.clone(),
    }
}

fn company(share: &CompanyShare) -> CompanyInfo {
    CompanyInfo {
        rut: share.rut.dotted(),
        razon_social: share.name.clone(),
        fecha_incorporacion: share.since.map(day_first),
        participacion_capital: share.capital.map(Decimal::of_quantity),
        participacion_utilidades: share.profits.map(Decimal::of_quantity),
    }
}

fn property(property: &Property) -> wire::Property {
    wire::Property {
        comuna: property.commune.clone(),
        rol: property.roll.clone(),
        direccion: property.address.clone(),
        destino: property.purpose.clone(),
        avaluo_fiscal: Decimal::of_money(property.valuation),
        cuotas_vencidas: property.overdue,
    }
}

fn boletas(boletas: &BoletasMonth) -> Boletas {
    Boletas {
        periodo: month(boletas.month),
        boletas_vigentes: boletas.issued,
        boletas_anuladas: boletas.annulled,
        honorario_bruto: Decimal::of_money(boletas.gross),
        retencion_terceros: Decimal::of_money(boletas.withheld_by_others),
        retencion_contribuyente: Decimal::of_money(boletas.withheld_by_self),
        total_liquido: Decimal::of_money(boletas.net),
    }
}

fn vat(form: &VatDeclaration) -> Form {
    Form {
        periodo: month(form.month),
        folio: form.folio.clone(),
        fecha_presentacion: form.declared_on.map(day_first),
        codigos: codes(&form.codes),
    }
}

fn income(form: &IncomeDeclaration) -> Form {
    Form {
        periodo: form.year.to_string(),
        folio: form.folio.clone(),
        fecha_presentacion: form.declared_on.map(day_first),
        codigos: codes(&form.codes),
    }
}

fn codes(codes: &BTreeMap<String, cartola_primitives::Quantity>) -> BTreeMap<String, Decimal> {
    codes.iter().map(|(code, value)| (code.clone(), Decimal::of_quantity(*value))).collect()
}

pub fn status(status: &TaxStatus) -> wire::TaxStatus {
    wire::TaxStatus {
        fecha_consulta: minute(status.consulted_at, '-'),
        contribuyente_inicio_actividades: status.has_begun,
        fecha_inicio_actividades: status.begun_on.map(day_first),
        autorizado_impuestos_moneda_extranjera: status.foreign_currency,
        es_empresa_menor_tamano_pro_pyme: status.pro_pyme,
        documentos_timbrados: each(&status.documents, document),
        actividades_economicas: each(&status.activities, activity),
    }
}

fn document(document: &StampedDocument) -> DocumentoTimbrado {
    DocumentoTimbrado {
        documento: document.name.clone(),
        anio_ultimo_timbraje: document.last_stamped_in,
    }
}

fn activity(activity: &EconomicActivity) -> TaxActivity {
    TaxActivity {
        actividad: activity.name.clone(),
        codigo: activity.code.clone(),
        categoria: activity.category,
        afecta_iva: activity.vat,
        fecha: activity.since.map(day_first),
    }
}
