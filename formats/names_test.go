package formats

import (
	"fmt"
	"strings"
	"testing"
)

func TestIsChannel(t *testing.T) {
	for _, name := range strings.Split(`temp,ph_level,storage_temp_c,dissolved_oxygen_ppm,tempC,pH,pHValue,SpO2,CO2_ppm,1,2,a,ä,°C,`+
		`humid,fluid,grid,acid,solid,valid,void,HUMID,GRID,Fluid_Level,lipid,solenoid,id_fan_rpm,idle,`+
		`no,NO,no2,NO2,no_ppm,NOx,inlet_no2,nano,volcano,standby,baby,`+
		`pid_output,pidOutput,PIDOutput,pid_p,PID_setpoint,heater_pid,pid1_out,rapid,`+
		`tech_temp,techtemp,technical_room_temp,biotech_temp,visits,visitors,nursery_temp,errors_encountered,microphone_db,headphone,mobile_phase_flow,`+
		`specimen_temp,specimenTemp,specimen_count,subject_distance,serial_errors,barcode_reads,barcodeErrors,person_count,`+
		`mRNA_level,dobson_units,ssnr,error_code,update,updates_per_s,wavenumber,rename,model_error,type_k_temp,version_drift,`+
		`bar,pressure_bar,ph_one,us_error_count,batch_temp,lamp_age,pattern,path_length`, ",") {
		if !isChannel(name) {
			t.Errorf("%s is no channel", name)
		}
	}
	for _, name := range strings.Split(`,PATIENT_ID,PatientId,patientid,PATIENTID,patient id,patient-id,Patient.ID,PatientNo,inpatient_no,outpatient,last_patient,patient_bed,PATIENT_ID_2,`+
		`mrn,MRN,mrn_no,mrnno,MRNumber,MRN2,pid,PID,PID-3,pid_1,pidNo,PIDNO,pid_number,PAT_ID,PATID,patnr,`+
		`OperatorID,operator,Operator,OPERATORID,last_operator,technicianId,LabTechnician,tech,Tech,lab_tech,labTech,TechID,techid,tech_no,tech1,user,UserId,USERNO,last_user,user_count,`+
		`dob,DOB,DoB,Dob,birth,birthdate,BirthDate,birth_year,date_of_birth,dateofbirth,DateOfBirth,`+
		`ssn,SSN,SSNLast4,ssn_last4,phone,Phone,phone_home,HomePhone,phonenumber,PhoneNo,telephone,fax,`+
		`visit,VISIT,visit_number,VisitNo,visitid,encounter,EncounterID,encounterid,accession,AccessionNumber,accessionno,`+
		`subject,Subject,subject_id,subjectid,SUBJECTNO,person,person_id,nurse,Nurse,NurseID,charge_nurse,doctor,physician,employee_nr,`+
		`badge,Badge,badge_no,badgeid,BADGE,barcode,BarCode2,last_barcode,Barcode,BARCODE_1,specimen,SpecimenID,specimenid,specimen_no,`+
		`serial,Serial,SERIALNO,serialnumber,SerialNumber,device_serial,id,ID,Id,Name,`+
		`batch_id,BatchID,Batch-Id,sampleId,checked_by,CheckedBy,reviewed-by,read_timestamp,ReadTimestamp,cal_date,calDate,bed_no,bedNr,`+
		`Batch,MODEL,Firmware,Version,Location,Comment,notes,Type`, ",") {
		if isChannel(name) {
			t.Errorf("%s is a channel", name)
		}
	}
	if n := testing.AllocsPerRun(100, func() { isChannel("StorageTemp_of_the-upper_refrigerator_c") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// However many names there are, some are remembered, and all are judged alike.
func TestChannelNamesAreBounded(t *testing.T) {
	var c channelNames
	long := strings.Repeat("x", maxName+1)
	for range 2 {
		for i := range maxNames + 10 {
			if name := fmt.Sprint("c", i); !c.has(name) || c.has(name+"_id") || !c.has(long) || c.has(long+"_id") {
				t.Fatalf("%s is judged otherwise", name)
			}
		}
	}
	if len(c) != maxNames {
		t.Errorf("%d names are remembered", len(c))
	}
}
